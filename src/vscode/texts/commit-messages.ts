// 'Generate Commit Message': a job reads the staged changes, and its answer goes into the repository's input box.
import * as vscode from 'vscode';
import type { Log } from '../../common/log.ts';
import type { JobClient } from '../../jobs/client.ts';
import { askForTrust, showFailure } from '../adapt/questions.ts';
import { RunRequests } from '../adapt/run-requests.ts';
import { folderOf } from '../editor/folder-ref.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import { type AccessDeps, apiAccess } from './api-access.ts';

export interface CommitMessagesDeps extends AccessDeps {
  readonly jobs: JobClient;
  readonly log: Log;
  readonly onSpent: (usd: number) => void;
}

/** The part of the built-in git extension's API that is used. */
interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
}

export class CommitMessages {
  private readonly deps: CommitMessagesDeps;
  private readonly requests: RunRequests;

  constructor(deps: CommitMessagesDeps) {
    this.deps = deps;
    this.requests = new RunRequests(deps);
  }

  /** @param source the title bar's SourceControl; absent: the active file's repository, or the only one */
  async generate(source: unknown): Promise<void> {
    const { jobs, configuration, paths, log, onSpent } = this.deps;
    if (!vscode.workspace.isTrusted) {
      void askForTrust();
      return;
    }
    const repository = repositoryOf(await repositories(), source);
    if (!repository) {
      void window.showInformationMessage(t('No git repository is open to write a commit message for.'));
      return;
    }
    const { rootUri } = repository;
    const folder = folderOf(rootUri);
    const { uri, root } = folder;
    if (uri === undefined || root === undefined) {
      void window.showInformationMessage(t('The repository is outside the open folders.'));
      return;
    }
    const api = await apiAccess(this.deps, this.requests, folder, 'commit message');
    const messageBefore = repository.inputBox.value;
    const written = await window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: t('Writing a commit message'), cancellable: true },
      async (_, token) => {
        const controller = new AbortController();
        const listener = token.onCancellationRequested(() => controller.abort());
        const request = {
          ...{ root, repository: rootUri.fsPath, harvest: this.requests.harvest(uri) },
          ...{ exclude: configuration.for(uri).exclude, storeFolder: paths.storage },
          ...(api && { api }),
        };
        return jobs.job('commit', request, controller.signal).finally(() => listener.dispose());
      },
    );
    if (!written.ok) {
      if (written.error.code !== 'cancelled') await showFailure(written.error);
      return;
    }
    const { message, model, costUsd, trouble } = written.value;
    onSpent(costUsd);
    log.info(`Commit message by ${model ?? 'the local draft'}, $${costUsd.toFixed(6)}`);
    // Text that the user has typed since must not be overwritten.
    if (repository.inputBox.value === messageBefore) repository.inputBox.value = message;
    if (trouble !== undefined) await showFailure({ message: trouble });
  }
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

function repositoryOf(all: readonly Repository[], source: unknown): Repository | undefined {
  const uri = (source as { rootUri?: vscode.Uri } | undefined)?.rootUri ?? window.activeTextEditor?.document.uri;
  const path = uri?.toString() ?? '';
  const inside = all.filter(({ rootUri }) => path === rootUri.toString() || path.startsWith(`${rootUri.toString()}/`));
  // Of nested repositories, the innermost one is used.
  const [nearest] = inside.sort((a, b) => b.rootUri.path.length - a.rootUri.path.length);
  return nearest ?? (all.length === 1 ? all[0] : undefined);
}
