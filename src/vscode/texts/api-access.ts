// Access to the large model for a user's command: asks for consent if there is none yet.
import type * as vscode from 'vscode';
import type { ApiAccess } from '../../adapt/request/adapt-request.ts';
import type { SendableFolder } from '../../workspace/files/types.ts';
import type { RunRequestDeps, RunRequests } from '../adapt/run-requests.ts';
import { askConsent, askFirstTime, type SendingCommand } from '../api/consent.ts';
import type { Permissions } from '../api/permissions.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Folders } from '../folder/folders.ts';

export interface AccessDeps extends RunRequestDeps {
  readonly permissions: Permissions;
  readonly folders: Pick<Folders, 'peek'>;
}

/** A folder on disk. */
export interface DiskFolder {
  readonly folder: FolderRef;
  readonly uri: vscode.Uri;
  readonly root: string;
}

/** A folder for a job that may send, with the secrets of its session, which the job redacts. */
export async function sendable(
  { folders }: AccessDeps,
  requests: RunRequests,
  { folder, uri, root }: DiskFolder,
): Promise<SendableFolder> {
  return { root, harvest: requests.harvest(uri), secrets: (await folders.peek(folder)?.secrets.all()) ?? [] };
}

/** Undefined if the large model is not available, or if the user declined. */
export async function apiAccess(
  { api, permissions }: AccessDeps,
  requests: RunRequests,
  folder: FolderRef,
  command: SendingCommand,
): Promise<Pick<ApiAccess, 'settings' | 'budgetUsd'> | undefined> {
  if (api.state(folder) === 'unasked') await askConsent({ ...api.question(folder), command }, permissions, 'modal');
  const access = requests.api(folder);
  if (!access) return undefined;
  // A text task asks separately, with its price, at each run.
  const isAgreed = command === 'text task' || (await askFirstTime(api.question(folder), command, permissions));
  if (!isAgreed) return undefined;
  return { settings: access.settings, budgetUsd: access.budgetUsd };
}
