// Builds job requests for a folder from the current settings, key and model, as plain data.
import * as vscode from 'vscode';
import type { KeptRequest } from '../../adapt/kept/kept-rows.ts';
import {
  type AdaptRequest,
  type ApiAccess,
  CALIBRATION_POSITIONS,
  type LabellingLimits,
} from '../../adapt/request/adapt-request.ts';
import { Part } from '../../common/disposable.ts';
import type { SendableFolder } from '../../workspace/files/harvest-types.ts';
import type { Api } from '../api/api.ts';
import { askConsent, askFirstTime, type SendingCommand } from '../api/consent.ts';
import type { Permissions } from '../api/permissions.ts';
import type { WindowEngine } from '../bases/window-engine.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Paths } from '../editor/paths.ts';
import type { FolderSession } from '../folder/folder-session.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { Settings } from '../settings/settings.ts';

export interface RunRequestDeps {
  readonly api: Api;
  readonly configuration: Configuration;
  readonly neural: WindowEngine;
  readonly paths: Paths;
  readonly permissions: Permissions;
  /** The secrets of the folder's session, which a job redacts. */
  readonly secretsOf: (folder: FolderRef) => Promise<readonly string[]>;
}

/** A folder on disk. */
export interface DiskFolder {
  readonly folder: FolderRef;
  readonly uri: vscode.Uri;
  readonly root: string;
}

/** A run may wait: the secrets of the session are added when it starts. */
export type PlannedRun = Omit<AdaptRequest, 'secrets'>;

export class RunRequests extends Part<RunRequestDeps> {
  /** @param api undefined: local only */
  run(session: FolderSession, effort: AdaptRequest['effort'], api: ApiAccess | undefined): PlannedRun {
    const { uri, ...folder } = this.folderRequest(session);
    const settings = this.deps.configuration.for(uri);
    return {
      ...folder,
      effort,
      balance: settings.balance,
      ...(api && { api }),
      ...(effort === 'adapt' && this.neural(settings)),
    };
  }

  kept(session: FolderSession): KeptRequest {
    const { uri, ...folder } = this.folderRequest(session);
    const settings = this.deps.configuration.for(uri);
    const limits = this.limits(settings);
    return { ...folder, ...this.neural(settings), address: this.deps.api.address, limits };
  }

  harvest(uri: vscode.Uri): AdaptRequest['harvest'] {
    return { trusted: vscode.workspace.isTrusted, filesExclude: this.deps.configuration.excludes(uri) };
  }

  /** A folder for a job that may send. */
  async sendable({ folder, uri, root }: DiskFolder): Promise<SendableFolder> {
    return { root, harvest: this.harvest(uri), secrets: await this.deps.secretsOf(folder) };
  }

  /** Access for a user's command, which asks for consent if there is none yet. Undefined: unavailable, or declined. */
  async apiFor(
    folder: FolderRef,
    command: SendingCommand,
  ): Promise<Pick<ApiAccess, 'settings' | 'budgetUsd'> | undefined> {
    const { api, permissions } = this.deps;
    if (api.state(folder) === 'unasked') await askConsent({ ...api.question(folder), command }, permissions, 'modal');
    const access = this.api(folder);
    if (!access) return undefined;
    // A text task asks separately, with its price, at each run.
    const isAgreed = command === 'text task' || (await askFirstTime(api.question(folder), command, permissions));
    return isAgreed ? { settings: access.settings, budgetUsd: access.budgetUsd } : undefined;
  }

  /** Access to the large model; undefined if it is not available now. */
  api(folder: FolderRef): ApiAccess | undefined {
    const { api, configuration } = this.deps;
    if (api.state(folder) !== 'available') return undefined;
    const settings = api.settings();
    return settings && { settings, ...this.limits(configuration.for(folder.uri)), budgetUsd: api.limitUsd };
  }

  private limits({ adaptBudget: runUsd }: Settings): LabellingLimits {
    return { positions: this.deps.neural.tuning.maxPositions ?? CALIBRATION_POSITIONS, runUsd };
  }

  private folderRequest({ folder: { root, uri }, specialistFolder }: FolderSession) {
    if (root === undefined || uri === undefined || specialistFolder === undefined)
      throw new Error('Only a folder on disk can be adapted to.');
    const { paths, neural } = this.deps;
    return {
      uri,
      root,
      specialistFolder,
      storeFolder: paths.storage,
      tokenizerPath: neural.shipped.tokenizer,
      harvest: this.harvest(uri),
    };
  }

  private neural(settings: Settings): Pick<AdaptRequest, 'neural'> {
    const { forJobs, tuning } = this.deps.neural;
    if (forJobs === undefined) return {};
    const { base, threads } = forJobs;
    const { maxSteps } = tuning;
    return {
      neural: {
        base,
        threads,
        device: settings.device,
        budgetMinutes: settings.adaptMinutes,
        ...(maxSteps !== undefined && { maxSteps }),
      },
    };
  }
}
