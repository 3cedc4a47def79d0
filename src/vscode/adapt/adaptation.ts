// Background runs: the index of an opened folder, and 'Adapt to This Repo' with its progress, questions and report.
import * as vscode from 'vscode';

import type { KeptSummary } from '../../adapt/report/kept.ts';
import {
  type AdaptOutcome,
  type AdaptRequest,
  cancelled,
  type PlanAnswer,
  type PlanOffer,
  type Questions,
} from '../../adapt/request/adapt-request.ts';
import { Part } from '../../common/disposable.ts';
import type { Result } from '../../common/errors.ts';
import { counted } from '../../common/format.ts';
import type { Log } from '../../common/log.ts';
import type { JobClient } from '../../jobs/job-client.ts';
import type { WindowEngine } from '../bases/window-engine.ts';
import { cancelledByUser, describe, shareOf, withProgress } from '../editor/progress.ts';
import { joined, safeSentence, t, type UiText } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { FolderSession } from '../folder/folder-session.ts';
import type { PanelProgress } from '../webview/protocol.ts';
import { askForTrust, askPlan, askToPlan, showResult } from './questions.ts';
import type { PlannedRun, RunRequests } from './run-requests.ts';

/** Number of running and waiting runs of the window, and of scans for secrets. */
export class RunCount {
  count = 0;

  get isIdle(): boolean {
    return this.count === 0;
  }
}

export interface AdaptationDeps {
  readonly requests: RunRequests;
  readonly neural: WindowEngine;
  readonly jobs: JobClient;
  readonly runs: RunCount;
  readonly log: Log;
  readonly onChange: () => void;
  /** Called with the US dollars that a run has paid. */
  readonly onSpent: (usd: number) => void;
}

type Effort = AdaptRequest['effort'];

interface Run {
  readonly session: FolderSession;
  readonly effort: Effort;
  /** Whether it also trains the neural model. */
  readonly neural: boolean;
  readonly controller: AbortController;
  progress: PanelProgress;
}

export class Adaptation extends Part<AdaptationDeps> {
  private run: Run | undefined;
  /** The requested adaptation, which may wait for another run. */
  private adapting: AbortController | undefined;
  /** Scans for secrets in progress. */
  private readonly scans = new Set<AbortController>();
  /** Runs are sequential: each needs a core. */
  private queue: Promise<unknown> = Promise.resolve();
  /** Index runs that wait in the queue. */
  private readonly pendingIndexes = new Map<FolderSession, Promise<void>>();

  constructor(deps: AdaptationDeps) {
    super(deps);
    this.add({
      dispose: () => {
        this.adapting?.abort();
        this.run?.controller.abort();
        for (const controller of this.scans) controller.abort();
      },
    });
  }

  get progress(): PanelProgress | undefined {
    return this.run && { ...this.run.progress, cancellable: this.isAdapting };
  }

  get isIndexing(): boolean {
    return this.run?.effort === 'index';
  }

  get isAdapting(): boolean {
    return this.adapting !== undefined;
  }

  /** Indexes a folder; only the status bar shows it. */
  index(session: FolderSession): Promise<void> {
    // The waiting run will read the current files.
    const waiting = this.pendingIndexes.get(session);
    if (waiting) return waiting;
    const indexRun = this.enqueue(async () => {
      this.pendingIndexes.delete(session);
      if (session.isDisposed || this.isDisposed) return;
      const request = this.deps.requests.run(session, 'index', undefined);
      const result = await this.start(session, request, new AbortController());
      if (!result.ok && result.error.code !== 'cancelled') session.fail(result.error.message);
    });
    this.pendingIndexes.set(session, indexRun);
    return indexRun;
  }

  /**
   * Scans the folder for secrets, which an index of an earlier session does not contain. Not queued, because nothing of
   * the folder may be sent before it ends.
   */
  async learnSecrets(session: FolderSession): Promise<void> {
    const { root, uri } = session.folder;
    if (session.isDisposed || this.isDisposed || root === undefined || uri === undefined) return;
    const controller = new AbortController();
    this.scans.add(controller);
    const request = { root, harvest: this.deps.requests.harvest(uri) };
    this.deps.runs.count++;
    const foundSecrets = await this.deps.jobs.job('secrets', request, controller.signal);
    this.deps.runs.count--;
    this.scans.delete(controller);
    if (foundSecrets.ok) await session.secrets.add(foundSecrets.value);
    else if (foundSecrets.error.code !== 'cancelled') session.fail(foundSecrets.error.message);
  }

  /** A job's summary of the stored and sent data of a folder. */
  kept(session: FolderSession, signal: AbortSignal): Promise<Result<KeptSummary>> {
    return this.deps.jobs.job('kept', this.deps.requests.kept(session), signal);
  }

  /** Runs the command. Resolves to true if there is a new report. */
  async adapt(session: FolderSession): Promise<boolean> {
    if (!vscode.workspace.isTrusted) {
      void askForTrust();
      return false;
    }
    if (this.isAdapting) {
      void window.showInformationMessage(t('An adaptation is running; the panel shows its progress.'));
      return false;
    }
    const { tuning, absence } = this.deps.neural;
    if (absence === undefined && tuning.startsAtOnce !== 1 && !(await askToPlan(session.folder.name))) return false;
    // It may have been started while the question was open.
    if (this.isAdapting) return false;
    // The run uses the settings of now, however long it waits.
    const access = this.deps.requests.api(session.folder);
    const request = this.deps.requests.run(session, 'adapt', access?.positions === 0 ? undefined : access);
    // The adaptation reads the same files.
    if (this.isIndexing && this.run?.session === session) this.run.controller.abort();
    const controller = new AbortController();
    const { signal } = controller;
    this.adapting = controller;
    this.deps.onChange();
    const run = this.enqueue(async () => (signal.aborted ? cancelled : this.adaptNow(session, request, controller)));
    // A waiting run is cancelled at once; a started one reports what it keeps.
    const cancelledWaiting = new Promise<typeof cancelled>((resolve) =>
      signal.addEventListener('abort', () => this.run?.controller === controller || resolve(cancelled)),
    );
    const result = await Promise.race([run, cancelledWaiting]);
    this.adapting = undefined;
    this.deps.onChange();
    return showResult(result, signal.reason === cancelledByUser);
  }

  cancel(): void {
    this.adapting?.abort(cancelledByUser);
  }

  /** Applies changed settings: stops training a model that was switched off. */
  configure(): void {
    if (this.run?.neural && this.deps.neural.absence === 'off') this.run.controller.abort();
  }

  /** Stops all runs, and resolves when none is active. */
  async stop(): Promise<void> {
    this.adapting?.abort();
    this.run?.controller.abort();
    await this.queue;
  }

  private async adaptNow(
    session: FolderSession,
    request: PlannedRun,
    controller: AbortController,
  ): Promise<Result<AdaptOutcome>> {
    const { startsAtOnce } = this.deps.neural.tuning;
    const askFor = async (offer: PlanOffer): Promise<PlanAnswer> =>
      startsAtOnce === 1 && !offer.api
        ? { kind: 'start', api: false }
        : askPlan(offer, session.folder.name, request.api?.settings.provider);
    const title = t('Adapting to {0}', session.folder.name);
    let shownPercent = 0;
    return withProgress(
      title,
      (_, report) =>
        this.start(session, request, controller, { askPlan: askFor }, (message, share) => {
          report(message, Math.max(0, 100 * share - shownPercent));
          shownPercent = Math.max(shownPercent, 100 * share);
        }),
      controller,
    );
  }

  private async start(
    session: FolderSession,
    request: PlannedRun,
    controller: AbortController,
    questions: Partial<Questions> = {},
    onProgress: (message: UiText, share: number) => void = () => {},
  ): Promise<Result<AdaptOutcome>> {
    const { jobs, log } = this.deps;
    const { name } = session.folder;
    const { effort } = request;
    const title = effort === 'index' ? t('Indexing {0}', name) : t('Adapting to {0}', name);
    const run: Run = {
      session,
      effort,
      neural: request.neural !== undefined,
      controller,
      progress: { title, detail: '', cancellable: false },
    };
    let said: UiText | '' = '';
    this.run = run;
    this.deps.onChange();
    // The run may miss files that are saved after this mark.
    const mark = session.ngram.mark();
    try {
      const result = await jobs.run(
        // Only a run with a large model sends anything: then values known so far, half-typed ones too, are redacted.
        { ...request, secrets: request.api ? (await session.secrets.known()).all : [] },
        controller.signal,
        (update) => {
          if (update.say !== undefined) {
            said = safeSentence(update.say);
            log.info(`${title}. ${said}`);
          }
          const detail = joined([describe(update), said], ' · ');
          run.progress = { title, cancellable: false, detail, ...shareOf(update) };
          onProgress(detail, shareOf(update).share ?? 0);
          this.deps.onChange();
        },
        questions,
      );
      if (!result.ok) {
        log.warn(`${title}: ${result.error.message}`);
        return result;
      }
      const { report, snapshotPath, router, secrets } = result.value;
      // First, because texts may be sent as soon as the secrets are known.
      await session.secrets.add(secrets);
      log.info(
        `${title}: ${counted(report.harvest.files, 'file')}, ${counted(report.harvest.tokens, 'token')}, ${Math.round(report.elapsedMs)} ms`,
      );
      if (report.paid) this.deps.onSpent(report.paid.usd);
      await session.load(snapshotPath, mark);
      session.adopt(report, Date.now(), router);
      return result;
    } finally {
      this.run = undefined;
      this.deps.onChange();
    }
  }

  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const { runs } = this.deps;
    runs.count++;
    const result = this.queue.then(work).finally(() => runs.count--);
    this.queue = result.catch((error: unknown) => this.deps.log.error('A background run failed', error));
    return result;
  }
}
