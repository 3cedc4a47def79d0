// 'Write Doc Comment': a job reads the function at the cursor and similar ones, and the comment is inserted as an edit.
import * as vscode from 'vscode';
import type { Failure } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { JobClient } from '../../jobs/client.ts';
import { askForTrust, showFailure } from '../adapt/questions.ts';
import { RunRequests } from '../adapt/run-requests.ts';
import { folderOf, pathIn } from '../editor/folder-ref.ts';
import { safeSentence, t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import { type AccessDeps, apiAccess } from './api-access.ts';

export interface DocCommentsDeps extends AccessDeps {
  readonly jobs: JobClient;
  readonly log: Log;
  readonly onSpent: (usd: number) => void;
}

export class DocComments {
  private readonly deps: DocCommentsDeps;
  private readonly requests: RunRequests;

  constructor(deps: DocCommentsDeps) {
    this.deps = deps;
    this.requests = new RunRequests(deps);
  }

  async write(): Promise<void> {
    const { jobs, configuration, paths, log, onSpent } = this.deps;
    const editor = window.activeTextEditor;
    if (!editor) return;
    if (!vscode.workspace.isTrusted) {
      void askForTrust();
      return;
    }
    const { document } = editor;
    const folder = folderOf(document.uri);
    if (folder.uri === undefined || folder.root === undefined) {
      void window.showInformationMessage(t('This file is outside the open folders.'));
      return;
    }
    const request = {
      ...{ root: folder.root, path: pathIn(folder, document.uri), languageId: document.languageId },
      ...{
        text: withLineFeeds(document.getText()),
        at: withLineFeeds(textBefore(document, editor.selection.active)).length,
      },
      ...{ harvest: this.requests.harvest(folder.uri), exclude: configuration.for(folder.uri).exclude },
      storeFolder: paths.storage,
    };
    const { version } = document;
    const api = await apiAccess(this.deps, this.requests, folder, 'comment');
    const written = await window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: t('Writing a comment'), cancellable: true },
      async (_, token) => {
        const controller = new AbortController();
        const listener = token.onCancellationRequested(() => controller.abort());
        return jobs
          .job('doc', { ...request, ...(api && { api }) }, controller.signal)
          .finally(() => listener.dispose());
      },
    );
    if (!written.ok) {
      await showNoComment(written.error, api !== undefined);
      return;
    }
    const { edit, model, costUsd, trouble } = written.value;
    onSpent(costUsd);
    log.info(`Comment by ${model ?? 'the local draft'}, $${costUsd.toFixed(6)}`);
    if (document.isClosed || document.version !== version) {
      void window.showInformationMessage(
        t('The comment was not inserted because the file has changed. Run the command again.'),
      );
      return;
    }
    const change = new vscode.WorkspaceEdit();
    change.insert(document.uri, positionIn(request.text, edit.at), edit.insert);
    await vscode.workspace.applyEdit(change);
    if (trouble !== undefined) await showFailure({ message: trouble });
  }
}

/** Having no comment to write is no failure. Without a large model, the message offers to choose one. */
async function showNoComment(error: Failure, isModelAvailable: boolean): Promise<void> {
  if (error.code === 'cancelled') return;
  if (error.code !== 'nothing-to-learn') return showFailure(error);
  const choose = t('Choose the Large Model…');
  const answer = await window.showInformationMessage(
    safeSentence(error.message),
    ...(isModelAvailable ? [] : [choose]),
  );
  if (answer === choose) await vscode.commands.executeCommand('easyAdaptation.chooseModel');
}

function withLineFeeds(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function textBefore(document: vscode.TextDocument, position: vscode.Position): string {
  return document.getText(new vscode.Range(new vscode.Position(0, 0), position));
}

/** The position of an offset in `text`, which does not depend on the document's line ends. */
function positionIn(text: string, at: number): vscode.Position {
  const linesBefore = text.slice(0, at).split('\n');
  return new vscode.Position(linesBefore.length - 1, linesBefore.at(-1)?.length ?? 0);
}
