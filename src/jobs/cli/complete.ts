// `complete`: one completion at a given position, token by token, with the routing decision.
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { draftServed, readSpecialist, servedRouter } from '../../adapt/models/served.ts';
import type { AdaptOutcome, AdaptRequest } from '../../adapt/request/adapt-request.ts';
import type { Draft } from '../../common/completion.ts';
import { CodedError, failed, messageOf, ok, type Result } from '../../common/errors.ts';
import { oneLine, percent } from '../../common/format.ts';
import type { Log } from '../../common/log.ts';
import {
  draftOptions,
  positionInDocument,
  shownDraft,
  withoutInsertedClosers,
} from '../../prompts/completion/completion-position.ts';
import { decide } from '../../routing/decide.ts';
import { type Decision, sentenceOf, shownCut } from '../../routing/decision.ts';
import { DEFAULT_THRESHOLD, limitsAt } from '../../routing/limits.ts';
import type { EditorEngine } from '../../specialist/engine/engine-protocol.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import { estimatedAt } from '../../suggest/local-drafts.ts';
import { languageIdOf } from '../../text/languages.ts';
import { listOpensAt } from '../../text/line-state.ts';
import { lineBefore, lineEnd, linesOf } from '../../text/lines.ts';
import { languageAt } from '../../text/prose-text.ts';
import { decodeText } from '../../workspace/files/examine.ts';
import { FolderReader } from '../../workspace/files/folder-reader.ts';
import type { LeftOutReason } from '../../workspace/files/harvest-types.ts';
import type { CommandLine } from './command-line.ts';
import { requestFor } from './run-request.ts';
import { Runs, type Terminal } from './terminal.ts';

/** `complete`. */
export async function complete({ target, values }: CommandLine, terminal: Terminal): Promise<number> {
  const request = requestFor(values.folder ?? process.cwd(), values);
  const runs = new Runs(request, terminal);
  const { engine } = runs;
  // A stopped completion needs no checkpoint.
  terminal.stop.signal.addEventListener('abort', () => engine?.dispose());
  const work = async () => {
    const completion = await completeAt(target, request, () => runs.run({ effort: 'index' }), engine, terminal.log);
    terminal.bar.clear();
    if (!completion.ok) return terminal.fail(completion.error);
    terminal.print(completion.value, renderCompletion(completion.value));
    return 0;
  };
  return runs.within(work());
}

export interface PlacedCompletion {
  readonly path: string;
  /** 0-based. */
  readonly line: number;
  readonly column: number;
  readonly before: string;
  /** The text there now, to the end of the line. */
  readonly truth: string;
  readonly draft: Draft;
  readonly decision: Decision;
}

/** A position from the command line, in its file's text. */
export interface Located {
  /** Relative to the folder. */
  readonly path: string;
  /** Line ends are '\n'. */
  readonly text: string;
  readonly offset: number;
  /** 0-based. */
  readonly line: number;
  readonly column: number;
}

/** FILE:LINE[:COLUMN], 1-based as editors and compilers print them; without a column the line's end. */
export async function locate(target: string, root: string): Promise<Result<Located>> {
  const match = /^(.+?):(\d+)(?::(\d+))?$/.exec(target);
  if (!match)
    return failed('bad-request', `"${target}" is not a position. Write FILE:LINE or FILE:LINE:COLUMN, counted from 1.`);
  const [, name = '', atLine, atColumn] = match;
  const file = resolve(name);
  const path = relative(root, file).split(sep).join('/');
  if (path.startsWith('../') || isAbsolute(path)) {
    return failed('bad-request', `${name} is outside ${root}. Name its folder with --folder.`);
  }
  const found = await readText(root, path, name);
  if (!found.ok) return found;
  const text = found.value;
  const lines = linesOf(text);
  const line = Number(atLine) - 1;
  const current = lines[line];
  if (current === undefined) return failed('bad-request', `${name} has ${lines.length} lines, no line ${atLine}.`);
  const column = atColumn === undefined ? current.text.length : Number(atColumn) - 1;
  if (column < 0 || column > current.text.length) {
    const columns = `columns 1 to ${current.text.length + 1}`;
    return failed('bad-request', `Line ${atLine} of ${name} has ${columns}, no column ${atColumn}.`);
  }
  return ok({ path, text, offset: current.start + column, line, column });
}

/** The folder's stored n-gram model, or a new one. */
export async function specialistOf(
  request: AdaptRequest,
  index: () => Promise<Result<AdaptOutcome>>,
  log: Log,
): Promise<Result<NgramModel>> {
  const kept = await readSpecialist(request, log);
  if (kept.ok) return kept;
  const indexed = await index();
  return indexed.ok ? readSpecialist(request, log) : indexed;
}

/**
 * @param index builds the n-gram model if none is stored
 * @param engine drafts if the request has a neural part; without it or after its failure, the n-grams draft alone
 */
export async function completeAt(
  target: string,
  request: AdaptRequest,
  index: () => Promise<Result<AdaptOutcome>>,
  engine: EditorEngine | undefined,
  log: Log,
): Promise<Result<PlacedCompletion>> {
  const located = await locate(target, request.root);
  if (!located.ok) return located;
  const { path, text, offset, line, column } = located.value;
  const specialist = await specialistOf(request, index, log);
  if (!specialist.ok) return specialist;
  const rest = text.slice(offset, lineEnd(text, offset));
  // The rest of the line stands for what a user is about to type: the models do not see it.
  const suffix = text.slice(offset + rest.length);
  const prefix = text.slice(0, offset);
  const languageId = languageAt(languageIdOf(path), prefix);
  const asked = positionInDocument({ path, languageId, prefix, suffix });
  const position = withoutInsertedClosers(asked);
  const { query } = position;
  const options = draftOptions(position);
  const { draft: written, isMixed } = await draftServed(engine, specialist.value, request, query, options, log);
  const draft = shownDraft(written, position);
  const router = servedRouter(request, isMixed, log);
  const { balance } = request;
  const estimated = estimatedAt({
    query: asked.query,
    draftPosition: position,
    draft: written,
    router,
    replaced: undefined,
  });
  const settings = { balance, threshold: DEFAULT_THRESHOLD, localFirst: balance < 0.5 };
  const limits = limitsAt(settings, {
    isManual: false,
    opensList: listOpensAt(languageId, lineBefore(prefix)) !== undefined,
    query,
    isAnswer: false,
    rejectedHere: false,
    doubt: 0,
    waitMs: undefined,
  });
  const noCall = request.api ? undefined : 'there is no large model';
  const decision = decide(estimated, { limits, rejected: undefined, noCall, goesOn: undefined });
  return ok({
    path,
    line,
    column,
    before: text.slice(offset - column, offset),
    truth: rest.trimEnd(),
    draft,
    decision,
  });
}

/** Larger files are not source text. */
const maxBytes = 50_000_000;

async function readText(root: string, path: string, name: string): Promise<Result<string>> {
  try {
    const read = await (await FolderReader.open(root)).read(path, maxBytes);
    if ('leftOut' in read)
      return failed('unreadable', `${name} cannot be read: ${unreadableReasons[read.leftOut] ?? read.leftOut}.`);
    const text = decodeText(read.bytes);
    return text === undefined ? failed('unreadable', `${name} is not a text file. Name a text file.`) : ok(text);
  } catch (error) {
    if (error instanceof CodedError) return failed(error.code, error.message);
    return failed('unreadable', `${name} cannot be read: ${messageOf(error)}.`);
  }
}

const unreadableReasons: Readonly<Partial<Record<LeftOutReason | 'gone', string>>> = {
  gone: 'it does not exist',
  ignored: 'it is outside of the folder',
  'not-a-file': 'it is no plain file, or its path has a link; name the file itself',
  'too-large': 'it is larger than 50 MB',
  unreadable: 'the system does not allow it, or does not answer',
  'changed-while-read': 'it is being written; try again',
};

export function renderCompletion({ path, line, column, before, truth, draft, decision }: PlacedCompletion): string {
  const cut = shownCut(decision);
  const rows = draft.tokens.map(
    (token) =>
      `  ${JSON.stringify(token.text).padEnd(24)} ${percent(token.probability).padStart(6)}  match ${String(token.matchLength).padStart(2)}` +
      ` seen ${String(token.count).padStart(4)}  ${token.tier}`,
  );
  return [
    `${path}:${line + 1}:${column + 1}`,
    `  text    ${oneLine(before, 90)}▏`,
    ...(truth === '' ? [] : [`  written ${oneLine(truth, 90)}`]),
    `  answer  ${draft.text === '' ? '(nothing)' : oneLine(draft.text, 90)}`,
    `  shown   ${cut === undefined ? 'no' : oneLine(cut.text, 90)}`,
    `  by      ${draft.model}, ${draft.latencyMs.toFixed(1)} ms. ${sentenceOf(decision)}`,
    ...rows,
  ].join('\n');
}
