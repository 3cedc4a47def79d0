// 'Generate Commit Message' and 'Write Doc Comment': a job reads the source and writes the text, which goes into the
// repository's input box, or into the document as an edit.
import * as vscode from 'vscode';
import type { Log } from '../../common/log.ts';
import type { JobClient } from '../../jobs/job-client.ts';
import type { WriteRequest, WrittenText } from '../../jobs/write-text.ts';
import { toLineFeeds } from '../../text/lines.ts';
import type { OpenedFolder } from '../../text-tasks/commit-context.ts';
import { askForTrust, showFailure } from '../adapt/questions.ts';
import type { RunRequests } from '../adapt/run-requests.ts';
import { offerCommand } from '../editor/dialogs.ts';
import { placeOf } from '../editor/folder-of-document.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Paths } from '../editor/paths.ts';
import { withProgress } from '../editor/progress.ts';
import { safeSentence, t, type UiText } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Configuration } from '../settings/configuration.ts';

export interface WriteTextsDeps {
  readonly requests: RunRequests;
  readonly configuration: Configuration;
  readonly paths: Paths;
  readonly jobs: JobClient;
  readonly log: Log;
  readonly onSpent: (usd: number) => void;
}

/** What differs between the sources. */
type Source<T = WriteRequest> = T extends WriteRequest ? Omit<T, keyof OpenedFolder | 'storeFolder' | 'api'> : never;

/** @param source the title bar's SourceControl; absent: the active file's repository, or the only one */
export async function writeCommitMessage(deps: WriteTextsDeps, source: unknown): Promise<void> {
  if (!isTrusted()) return;
  const repository = repositoryOf(await repositories(), source);
  if (!repository) {
    void window.showInformationMessage(t('No git repository is open to write a commit message for.'));
    return;
  }
  const { rootUri, inputBox } = repository;
  const messageBefore = inputBox.value;
  const folder = placeOf(rootUri).folder;
  const written = await write(deps, folder, t('The repository is outside the open folders.'), {
    kind: 'commit message',
    repository: rootUri.fsPath,
  });
  // Text that the user has typed since must not be overwritten.
  if (written !== undefined && inputBox.value === messageBefore) inputBox.value = written.text;
}

export async function writeComment(deps: WriteTextsDeps): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor || !isTrusted()) return;
  const { document } = editor;
  const { version, languageId } = document;
  const { folder, path } = placeOf(document.uri);
  const text = toLineFeeds(document.getText());
  const at = toLineFeeds(textBefore(document, editor.selection.active)).length;
  const written = await write(deps, folder, t('This file is outside the open folders.'), {
    kind: 'comment',
    path,
    languageId,
    text,
    at,
  });
  if (written?.edit === undefined) return;
  if (document.isClosed || document.version !== version) {
    void window.showInformationMessage(
      t('The comment was not inserted because the file has changed. Run the command again.'),
    );
    return;
  }
  const change = new vscode.WorkspaceEdit();
  change.insert(document.uri, positionIn(text, written.edit.at), written.edit.insert);
  await vscode.workspace.applyEdit(change);
}

/** Undefined after a message: nothing was written. */
async function write(
  { requests, jobs, configuration, paths, log, onSpent }: WriteTextsDeps,
  folder: FolderRef,
  outside: UiText,
  source: Source,
): Promise<WrittenText | undefined> {
  const { uri, root } = folder;
  if (uri === undefined || root === undefined) {
    void window.showInformationMessage(outside);
    return undefined;
  }
  const { kind } = source;
  const api = await requests.apiFor(folder, kind);
  if (api === undefined) {
    const needed =
      kind === 'comment'
        ? t('No comment was written. Type its first words, and the local model suggests how they go on.')
        : t('No commit message was written: a large model writes it.');
    void offerCommand('Information', needed, t('Choose the Large Model…'), 'easyAdaptation.chooseModel');
    return undefined;
  }
  const title = kind === 'comment' ? t('Writing a comment') : t('Writing a commit message');
  const request = {
    ...source,
    ...(await requests.sendable({ folder, uri, root })),
    exclude: configuration.for(uri).exclude,
    storeFolder: paths.storage,
    api,
  };
  const written = await withProgress(title, (signal) => jobs.job('write', request, signal));
  if (!written.ok) {
    if (written.error.code === 'nothing-to-learn')
      void window.showInformationMessage(safeSentence(written.error.message));
    else if (written.error.code !== 'cancelled') await showFailure(written.error);
    return undefined;
  }
  const { model, costUsd, trouble } = written.value;
  onSpent(costUsd);
  log.info(`A ${kind} by ${model ?? 'no large model'}, $${costUsd.toFixed(6)}`);
  if (trouble === undefined) return written.value;
  void showFailure({ message: trouble });
  return undefined;
}

function isTrusted(): boolean {
  if (!vscode.workspace.isTrusted) void askForTrust();
  return vscode.workspace.isTrusted;
}

function textBefore(document: vscode.TextDocument, position: vscode.Position): string {
  return document.getText(new vscode.Range(new vscode.Position(0, 0), position));
}

/** The position of an offset in `text`, which does not depend on the document's line ends. */
function positionIn(text: string, at: number): vscode.Position {
  const linesBefore = text.slice(0, at).split('\n');
  return new vscode.Position(linesBefore.length - 1, linesBefore.at(-1)?.length ?? 0);
}

/** The part of the built-in git extension's API that is used. */
interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
}

async function repositories(): Promise<readonly Repository[]> {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): { repositories: Repository[] } }>(
    'vscode.git',
  );
  try {
    return extension === undefined ? [] : (await extension.activate()).getAPI(1).repositories;
  } catch {
    // The git extension is disabled (git.enabled).
    return [];
  }
}

/** @param source the title bar's SourceControl; absent: the active file's repository, or the only one */
function repositoryOf(all: readonly Repository[], source: unknown): Repository | undefined {
  const uri = (source as { rootUri?: vscode.Uri } | undefined)?.rootUri ?? window.activeTextEditor?.document.uri;
  const path = uri?.toString() ?? '';
  const inside = all.filter(({ rootUri }) => path === rootUri.toString() || path.startsWith(`${rootUri.toString()}/`));
  // Of nested repositories, the innermost one is used.
  const [nearest] = inside.sort((a, b) => b.rootUri.path.length - a.rootUri.path.length);
  return nearest ?? (all.length === 1 ? all[0] : undefined);
}
