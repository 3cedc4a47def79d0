// 'Show What Is Kept and Sent': a read-only document with a folder's stored data and the request of a completion at the
// cursor.
import * as vscode from 'vscode';
import type { KeptKind, KeptRow, KeptSummary } from '../../adapt/report/kept.ts';
import { Part } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { requestWriter } from '../../llm/connect.ts';
import { completionPrompt } from '../../prompts/completion/completion-prompt.ts';
import type { FileChange } from '../../specialist/ngram/folder-worker-protocol.ts';
import type { Adaptation } from '../adapt/adaptation.ts';
import type { Api } from '../api/api.ts';
import { Document, keptScheme } from '../editor/document.ts';
import { indentUnit } from '../editor/document-query.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { withProgress } from '../editor/progress.ts';
import type { Sends } from '../editor/surface.ts';
import { safeSentence, t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Documents } from '../folder/documents.ts';
import type { FolderSession } from '../folder/folder-session.ts';
import type { Folders } from '../folder/folders.ts';

export interface KeptViewDeps {
  readonly folders: Folders;
  readonly adaptation: Adaptation;
  readonly api: Api;
  readonly documents: Documents;
  readonly log: Log;
  /** What other surfaces send. */
  readonly sends: () => readonly Sends[];
}

export class KeptView extends Part<KeptViewDeps> implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private shown = 0;

  constructor(deps: KeptViewDeps) {
    super(deps);
    this.add(vscode.workspace.registerTextDocumentContentProvider(keptScheme, this));
    this.add(deps.documents.listen({ closed: ({ uri }) => void this.texts.delete(uri.toString()) }));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? t('This is out of date. Run "Show What Is Kept and Sent" again.');
  }

  /** @param editor the request is that of a completion at its cursor */
  async show(folder: FolderRef, editor: vscode.TextEditor | undefined): Promise<void> {
    const session = this.deps.folders.of(folder);
    // Built first, because the cursor may move while the stored data is read.
    const request = await this.requestAt(session, editor);
    const requests = [{ title: t('Request to the large model for a completion at the cursor'), request }];
    for (const sends of this.deps.sends())
      requests.push({ title: sends.title, request: await this.requestOf(sends, session) });
    const storedData =
      folder.root === undefined
        ? undefined
        : await withProgress(t('Reading the stored data'), (signal) => this.deps.adaptation.kept(session, signal));
    if (storedData?.ok === false) {
      if (storedData.error.code !== 'cancelled') void window.showErrorMessage(safeSentence(storedData.error.message));
      return;
    }
    const text = render(folder, requests, session.ngram.changed(), storedData?.value);
    await this.open(`${t('Kept and Sent')} · ${folder.name}`, text);
  }

  private async open(title: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: keptScheme, path: `/${title}`, query: String(++this.shown) });
    this.texts.set(uri.toString(), text);
    await window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  }

  /** The request of a completion at the cursor, or why there is none. */
  private async requestAt(session: FolderSession, editor: vscode.TextEditor | undefined): Promise<string> {
    const document = editor && new Document(editor.document);
    if (!document || document.folder.key !== session.folder.key || document.isSilent)
      return t('There is no cursor in a file of this folder.');
    const { selection, options } = editor;
    const { path } = document;
    if ((await this.deps.documents.ruleOf(document)) !== 'open')
      return t('{0} is never sent, because it is ignored or holds secrets.', path);
    if (!session.secrets.isComplete) return t('Nothing is sent until this folder has been scanned for secrets.');
    return this.built(async () => {
      const query = document.queryAt(selection.active);
      const request = { query, trigger: 'automatic' as const, indentUnit: indentUnit(options) };
      const send = await requestWriter(this.deps.api.address, completionPrompt);
      const body = send(await session.service.preview(request, new AbortController().signal));
      const position = `${path}:${selection.active.line + 1}:${selection.active.character + 1}`;
      return `${position}\n\n${readable(body)}`;
    });
  }

  /** No surface is asked before the folder's secrets are known. */
  private requestOf({ body, nothing }: Sends, { folder, secrets }: FolderSession): Promise<string> {
    return this.built(async () => {
      const request = secrets.isComplete ? await body(folder) : undefined;
      return request === undefined ? nothing : readable(request);
    });
  }

  private async built(build: () => Promise<string>): Promise<string> {
    try {
      return await build();
    } catch (error) {
      this.deps.log.error('A request could not be built', error);
      return t('The request could not be built, so nothing would be sent: {0}', messageOf(error));
    }
  }
}

/** Indented for reading; the request has the same JSON on one line. */
function readable(body: string): string {
  return JSON.stringify(JSON.parse(body), undefined, 2);
}

const titles: Readonly<Record<KeptKind, () => string>> = {
  harvest: () => t('Files that the models learn from, secrets redacted'),
  snapshot: () => t('The index on disk'),
  sample: () => t('Training samples'),
  label: () => t('Requests that an adaptation sends to the large model, within the limits of calls and cost'),
  prompt: () => t('Requests that completions at the same positions would send'),
  'shown-draft': () => t('Local drafts in these requests'),
  answer: () => t('Paid answers in the store'),
  report: () => t('Reports in the store; the last one is also stored beside the local model as text'),
  draft: () => t('Drafts of the models at held-out positions, in the store'),
  stage: () => t('Other data that resumes an adaptation: positions by hash, finished stages'),
};

function render(
  folder: FolderRef,
  requests: readonly { readonly title: string; readonly request: string }[],
  changedFiles: readonly FileChange[],
  kept: KeptSummary | undefined,
): string {
  const open = changedFiles.flatMap((change) => ('text' in change ? [{ path: change.path, text: change.text }] : []));
  const section = (title: string, parts: readonly string[]) =>
    `${'═'.repeat(100)}\n${title}\n${'═'.repeat(100)}\n\n${parts.length === 0 ? t('Nothing.') : parts.join('\n\n')}`;
  const part = ({ path, text }: Pick<KeptRow, 'path' | 'text'>) => (path === '' ? text : `── ${path}\n${text}`);
  const ofKind = (kind: KeptKind) => {
    const rows = (kept?.rows ?? []).filter((row) => row.kind === kind).map(part);
    const more = kept?.more[kind] ?? 0;
    return more === 0 ? rows : [...rows, t('{0} more: npm start -- inspect {1} shows all.', more, folder.root ?? '')];
  };
  const intro = t(
    'All data of {0} that Easy Adaptation stores on this machine, and the requests that it sends. Secrets are replaced by asterisks. Requests are sent to a large model only after you have allowed its host for this folder.',
    folder.name,
  );
  return [
    intro,
    ...requests.map(({ title, request }) => section(title, [request])),
    section(t('Open and changed files, in memory'), open.map(part)),
    ...Object.entries(titles).map(([kind, title]) => section(title(), ofKind(kind as KeptKind))),
    '',
  ].join('\n\n');
}
