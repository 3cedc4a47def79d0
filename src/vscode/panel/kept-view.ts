// Read-only documents: 'Show What Is Kept and Sent', all that is stored of a folder and what a completion at the cursor sends.
import * as vscode from 'vscode';
import type { KeptKind, KeptRow, KeptSummary } from '../../adaptation/report/kept.ts';
import { DisposableStore } from '../../common/disposable.ts';
import { messageOf, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { sender } from '../../llm/connect.ts';
import { completionPrompt } from '../../prompts/completion/completion-prompt.ts';
import type { FileChange } from '../../specialist/ngram/protocol.ts';
import type { Adaptation } from '../adapt/adaptation.ts';
import type { Api } from '../api/api.ts';
import type { Served } from '../api/served-specialist.ts';
import { indentUnit, isSilent, keptScheme, queryAt } from '../editor/document-query.ts';
import { type FolderRef, folderOf, pathIn } from '../editor/folder-ref.ts';
import type { DocumentSurroundings } from '../editor/surroundings.ts';
import { safeSentence, t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { FileRules } from '../folder/file-rules.ts';
import type { FolderSession } from '../folder/folder-session.ts';
import type { Folders } from '../folder/folders.ts';

export interface KeptViewDeps {
  readonly folders: Folders;
  readonly adaptation: Adaptation;
  readonly api: Api;
  readonly served: Served;
  readonly rules: FileRules;
  readonly surroundings: DocumentSurroundings;
  readonly log: Log;
}

export class KeptView extends DisposableStore implements vscode.TextDocumentContentProvider {
  private readonly deps: KeptViewDeps;
  private readonly texts = new Map<string, string>();
  private shown = 0;

  constructor(deps: KeptViewDeps) {
    super();
    this.deps = deps;
    this.add(vscode.workspace.registerTextDocumentContentProvider(keptScheme, this));
    this.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? t('This is out of date. Run "Show What Is Kept and Sent" again.');
  }

  /** @param editor whose cursor says where a completion would be */
  async show(folder: FolderRef, editor: vscode.TextEditor | undefined): Promise<void> {
    const session = this.deps.folders.of(folder);
    const own = editor && folderOf(editor.document.uri).key === folder.key ? editor : undefined;
    // First: the cursor may move while the rest is read.
    const atCursor = await this.atCursor(session, own);
    const kept = await window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: t('Looking up what is kept'), cancellable: true },
      async (_, token): Promise<Result<KeptSummary> | undefined> => {
        if (folder.root === undefined) return undefined;
        const controller = new AbortController();
        const listener = token.onCancellationRequested(() => controller.abort());
        const found = await this.deps.adaptation.kept(session, controller.signal);
        listener.dispose();
        return found;
      },
    );
    if (kept && !kept.ok) {
      if (kept.error.code !== 'cancelled') void window.showErrorMessage(safeSentence(kept.error.message));
      return;
    }
    const text = render(folder, atCursor, session.followed, kept?.value);
    await this.open(`${t('Kept and Sent')} · ${folder.name}`, text);
  }

  private async open(title: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: keptScheme, path: `/${title}`, query: String(++this.shown) });
    this.texts.set(uri.toString(), text);
    await window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  }

  private async atCursor(session: FolderSession, editor: vscode.TextEditor | undefined): Promise<AtCursor> {
    if (!editor || isSilent(editor.document.uri.scheme, editor.document.languageId))
      return nothing(t('There is no cursor in a file of this folder.'));
    const { document, selection, options } = editor;
    const path = pathIn(session.folder, document.uri);
    if ((await this.deps.rules.of(session.folder, path)) !== 'open')
      return nothing(t('Nothing of {0} is ever sent: it is ignored, or holds secrets.', path));
    if (!session.secrets.isComplete)
      return nothing(t('Nothing is sent yet: this folder is still being read for its secrets.'));
    try {
      const query = queryAt(document, selection.active, path, this.deps.surroundings.of(document));
      const request = { query, trigger: 'automatic' as const, indentUnit: indentUnit(options) };
      const asked = await session.service.preview(request, new AbortController().signal);
      // Indented for reading; what is sent is the same JSON on one line.
      const readable = (body: string) => JSON.stringify(JSON.parse(body), undefined, 2);
      const send = await sender(this.deps.api.asked, completionPrompt);
      const hint =
        asked.hint === undefined ? t('No local draft goes along.') : t('The local draft in it: {0}', asked.hint);
      const place = `${path}:${selection.active.line + 1}:${selection.active.character + 1}`;
      const { served } = this.deps;
      return {
        toApi: `${place}\n${hint}\n\n${readable(send(asked))}`,
        toServer:
          session.servedBy !== undefined
            ? `${place}\n\n${readable(await served.body(query, asked.multiline, session.secrets))}`
            : undefined,
      };
    } catch (error) {
      this.deps.log.error('What a completion sends could not be shown', error);
      return nothing(t('It could not be made up: {0}. So nothing would be sent.', messageOf(error)));
    }
  }
}

/** What is sent from there, or why nothing is. */
interface AtCursor {
  readonly toApi: string;
  /** Undefined where no server drafts. */
  readonly toServer: string | undefined;
}

const nothing = (why: string): AtCursor => ({ toApi: why, toServer: undefined });

const titles: Readonly<Record<KeptKind, () => string>> = {
  harvest: () => t('Files as they are learned from, secrets redacted'),
  path: () => t('Paths, those of left-out files in the report too'),
  snapshot: () => t('The index on disk'),
  sample: () => t('What training is shown'),
  place: () => t('Held-out places that the models are judged on'),
  label: () => t('What an adaptation that asks the API sends about such places'),
  prompt: () => t('What completions at such places would send'),
  hint: () => t('Local drafts that would go along with it'),
  answer: () => t('Paid answers in the store'),
  outcome: () => t('Completions in the store'),
  report: () => t('Reports in the store, of which the last lies beside the specialist as Markdown and JSON, too'),
  draft: () => t('What models wrote at held-out places, in the store'),
  stage: () => t('What else an adaptation goes on from: places by hashes, finished stages'),
  log: () => t('What looking this up has logged'),
};

function render(
  folder: FolderRef,
  { toApi, toServer }: AtCursor,
  followed: readonly FileChange[],
  kept: KeptSummary | undefined,
): string {
  const open = followed.flatMap((change) => ('text' in change ? [{ path: change.path, text: change.text }] : []));
  const section = (title: string, parts: readonly string[]) =>
    `${'═'.repeat(100)}\n${title}\n${'═'.repeat(100)}\n\n${parts.length === 0 ? t('Nothing.') : parts.join('\n\n')}`;
  const part = ({ path, text }: Pick<KeptRow, 'path' | 'text'>) =>
    path === '' || path === text ? text : `── ${path}\n${text}`;
  const ofKind = (kind: KeptKind) => {
    const rows = (kept?.rows ?? []).filter((row) => row.kind === kind).map(part);
    const more = kept?.more[kind] ?? 0;
    return more === 0 ? rows : [...rows, t('{0} more: npm start -- inspect {1} shows all.', more, folder.root ?? '')];
  };
  const intro = t(
    'All that Easy Adaptation keeps of {0} on this machine, and what it sends. Secrets are redacted with asterisks. What is sent goes to the API, and to a server that drafts in place of this machine, only after you have allowed that host for this folder.',
    folder.name,
  );
  return [
    intro,
    section(t('What a completion at the cursor sends, where it asks the API'), [toApi]),
    ...(toServer === undefined ? [] : [section(t('What each key there sends to the server that drafts'), [toServer])]),
    section(t('Open and changed files, in memory'), open.map(part)),
    ...Object.entries(titles).map(([kind, title]) => section(title(), ofKind(kind as KeptKind))),
    '',
  ].join('\n\n');
}
