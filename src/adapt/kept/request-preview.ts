// What a completion at a position would ask the large model: the editor's code with the stored models of a folder.
import { systemClock } from '../../common/clock.ts';
import {
  type CompletionQuery,
  type Draft,
  type DraftOptions,
  NGRAM_MODEL,
  type Specialist,
} from '../../common/completion.ts';
import type { Log } from '../../common/log.ts';
import type { Redactor } from '../../common/redaction.ts';
import { Backoff } from '../../llm/backoff.ts';
import { queryOf } from '../../prompts/completion/completion-position.ts';
import type { CursorExample } from '../../prompts/completion/cursor-examples.ts';
import type { LlmRequest } from '../../prompts/completion/llm-request.ts';
import type { EditorEngine } from '../../specialist/engine/engine-protocol.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import { Suggester } from '../../suggest/suggester.ts';
import { languageIdOf } from '../../text/languages.ts';
import { indentUnitOf } from '../../text/lines.ts';
import { decodeText } from '../../workspace/files/examine.ts';
import { type FileRule, ruleOf } from '../../workspace/files/file.ts';
import { FolderReader } from '../../workspace/files/folder-reader.ts';
import { defaultHarvestOptions } from '../../workspace/files/harvest-types.ts';
import {
  findSecrets,
  redactPath,
  redactText,
  type SearchedDocument,
  type SecretValues,
} from '../../workspace/secrets/secrets.ts';
import { draftServed, servedRouter } from '../models/served.ts';
import type { AdaptRequest } from '../request/adapt-request.ts';

export type LiveRequest = Pick<
  AdaptRequest,
  'root' | 'storeFolder' | 'specialistFolder' | 'tokenizerPath' | 'harvest' | 'neural'
>;

/** The requests of completions, as the editor would send them, with the folder's stored models. */
export class RequestPreview {
  private readonly request: LiveRequest;
  private readonly service: Suggester;
  /** Path → the document of the last query there. */
  private readonly documents = new Map<string, SearchedDocument>();

  /** @param engine makes the drafts if the request has a neural part; otherwise the n-gram model makes them */
  constructor(
    request: LiveRequest,
    secrets: SecretValues,
    specialist: NgramModel,
    engine: EditorEngine | undefined,
    log: Log,
  ) {
    this.request = request;
    const redact: Redactor = {
      text: async (text, path, cut) => redactText(text, path, [secrets], cut, this.documents.get(path)).text,
      path: async (path) => redactPath(path, [secrets]),
    };
    const complete = async (query: CompletionQuery, options: DraftOptions): Promise<Draft> =>
      (await draftServed(engine, specialist, request, query, options, log)).draft;
    const local: Specialist = {
      name: 'kept',
      complete,
      snippets: async (query, options) => specialist.snippets(query, options),
      setOpenFile() {},
    };
    const routers = { ngramOnly: servedRouter(request, false, log), mixed: servedRouter(request, true, log) };
    this.service = new Suggester({
      specialist: local,
      llm: () => undefined,
      routerFor: (draft) => (draft === undefined || draft.model === NGRAM_MODEL ? routers.ngramOnly : routers.mixed),
      settings: () => settings,
      clock: systemClock,
      redact,
      backoff: new Backoff({ clock: systemClock }),
      onEvent() {},
      log,
    });
  }

  /** The editor's rules for the file. */
  ruleOf(path: string): Promise<FileRule> {
    return ruleOf(this.request.root, path, this.request.harvest);
  }

  /**
   * A held-out position in its file on disk, without the author's text; undefined if
   * the file cannot be read or may not be sent.
   */
  async queryAt({ path, offset, truth }: CursorExample): Promise<CompletionQuery | undefined> {
    if ((await this.ruleOf(path)) !== 'open') return undefined;
    // A file with a redacted path has another name on disk.
    const read = await (await FolderReader.open(this.request.root)).read(path, defaultHarvestOptions.maxFileBytes);
    const text = 'leftOut' in read ? undefined : decodeText(read.bytes);
    if (text === undefined) return undefined;
    const withoutTruth = text.slice(0, offset) + text.slice(offset + truth.length);
    return this.queryIn(withoutTruth, offset, path);
  }

  /** A position in a whole text. */
  queryIn(text: string, offset: number, path: string): CompletionQuery {
    this.documents.set(path, { text, found: findSecrets(text, path) });
    return queryOf(text, offset, path, languageIdOf(path));
  }

  /** @param indentUnit of the editor; by default that of the text */
  preview(
    query: CompletionQuery,
    signal: AbortSignal,
    indentUnit = indentUnitOf(query.prefix + query.suffix),
  ): Promise<LlmRequest> {
    return this.service.preview({ query, trigger: 'automatic', indentUnit }, signal);
  }
}

/** The editor's default settings. Routing settings do not change what is sent. */
const settings = {
  balance: 1,
  threshold: 0,
  multiline: true,
  apiAllowed: true,
  localFirst: false,
  prefetchFromApi: false,
};
