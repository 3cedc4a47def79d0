// The jobs of text tasks: a run, and the texts for labelling.
import { join } from 'node:path';
import { yieldToEvents } from '../adapt/cancellation.ts';
import { type ApiAccess, cancelled } from '../adapt/request/adapt-request.ts';
import { CodedError, failed, ok, type Result } from '../common/errors.ts';
import { replaceFile } from '../common/files.ts';
import { apiHost } from '../llm/connect.ts';
import { pooledStates, type StatesRequest } from '../neural/inference/hidden-states.ts';
import { lockRun } from '../storage/lock.ts';
import { openLogged } from '../storage/open.ts';
import type { EncoderFiles } from '../storage/text-vectors.ts';
import { DEPTHS, type ReadStates } from '../text-tasks/deep-reading.ts';
import { type Labelling, readLabelling } from '../text-tasks/labelling.ts';
import { findingsOf, settleLabels } from '../text-tasks/settle-labels.ts';
import { runTask } from '../text-tasks/task.ts';
import { TaskFolder } from '../text-tasks/task-folder.ts';
import type { TaskReport } from '../text-tasks/task-report.ts';
import type { SendableFolder } from '../workspace/files/harvest-types.ts';
import { type JobDeps, paidLlm, troubleOf } from './paid-llm.ts';
import { openTextEncoder } from './text-encoder.ts';

/** Plain data: it is sent to a job's process. */
export interface TextTaskRequest extends SendableFolder {
  /** Name of the task's file without `.json`. */
  readonly task: string;
  readonly storeFolder: string;
  /** Folder for the results of runs; absent: they are not stored. */
  readonly reports?: string;
  /** Absent: local only. The caller has the user's consent. */
  readonly api?: Pick<ApiAccess, 'settings' | 'budgetUsd' | 'runUsd'>;
  /** The sentence encoder; absent: n-grams alone. */
  readonly encoder?: EncoderFiles;
  /** The base that reads texts of which the other heads are unsure; absent: none. */
  readonly states?: StatesRequest['language'];
  /** Number of texts to ask about beyond the sample of the task; absent: none. */
  readonly more?: number;
  /** Label even if the local model is alone and has learned from too few labels. */
  readonly acceptsFew?: boolean;
  /** Run although the source has labels that look like mistakes. */
  readonly acceptsMistakes?: boolean;
  /** Teach the task's file the labels of the source that it does not know; absent: end with advice. */
  readonly unknownLabels?: 'correct' | 'add';
  readonly who: string;
}

const stoppedRun = failed(
  'cancelled',
  'Stopped. The answers that came are kept: run the task again, and it resumes there.',
);

/** One run per folder, as for adaptations. Expected failures and cancellation are values. */
export async function textTaskJob(request: TextTaskRequest, deps: JobDeps): Promise<Result<TaskReport>> {
  const { root, storeFolder, who } = request;
  const lock = lockRun(storeFolder, root, who);
  if (!lock.ok) return lock;
  try {
    let folder = await TaskFolder.open(request, request.task, deps.signal);
    if (folder.ok && request.unknownLabels && 'labels' in folder.value.task) {
      const findings = await findingsOf(folder.value, deps.signal);
      const { reader, task } = folder.value;
      const settled = await settleLabels(reader, task, findings.unknownLabels(task), request.unknownLabels);
      if (!settled.ok) return settled;
      folder = await TaskFolder.open(request, request.task, deps.signal);
    }
    if (!folder.ok) return deps.signal.aborted ? stoppedRun : folder;
    return await runStored(request, folder.value, deps);
  } catch (error) {
    if (deps.signal.aborted) return stoppedRun;
    if (error instanceof CodedError) return failed(error.code, error.message);
    throw error;
  } finally {
    lock.value.release();
  }
}

async function runStored(request: TextTaskRequest, folder: TaskFolder, deps: JobDeps): Promise<Result<TaskReport>> {
  const { api, root, storeFolder, reports } = request;
  const { log, signal, progress } = deps;
  const store = openLogged(storeFolder, log);
  const llm = api && paidLlm(api, store, root, deps);
  const encoder = request.encoder && (await openTextEncoder(request.encoder, log, signal));
  let paid = false;
  let result: Result<TaskReport>;
  try {
    result = await runTask(folder, {
      llm,
      more: request.more ?? 0,
      acceptsFew: request.acceptsFew ?? false,
      acceptsMistakes: request.acceptsMistakes ?? false,
      signal,
      progress,
      encode: encoder?.encode,
      readStates: request.states && reader(request.states, signal),
      confirm: async ({ what, texts, usd, seconds, isAll }) => {
        const [model, host] = [llm?.model ?? '', api ? apiHost(api.settings) : ''];
        const asked = {
          model,
          host,
          positions: texts,
          usd,
          texts: what,
          ...(seconds !== undefined && { seconds }),
          ...(isAll && { isAll }),
        };
        const { ignoredByGit } = folder;
        const yes = await deps.confirm({ ...asked, ...(ignoredByGit !== undefined && { ignoredByGit }) });
        paid ||= yes && what !== 'states';
        return yes;
      },
    });
  } finally {
    await encoder?.close();
    store.close();
  }
  if (!result.ok) return result;
  const { stopped, ...finished } = result.value;
  const trouble = paid ? troubleOf(store) : undefined;
  // The disk's failure is said once, also where it is what stopped the run.
  const other = stopped !== undefined && !trouble?.includes(stopped) ? stopped : undefined;
  const reasons = [other, trouble].filter((reason) => reason !== undefined);
  const report = { ...finished, ...(reasons.length > 0 && { stopped: reasons.join(' ') }) };
  if (reports !== undefined) replaceFile(join(reports, `${report.task}.json`), [Buffer.from(JSON.stringify(report))]);
  return ok(report);
}

/** Reads in this process, which hears a cancellation after each text. */
function reader(language: StatesRequest['language'], signal: AbortSignal): ReadStates {
  return async (texts, { before, after }, onRead) => {
    const states: Float32Array[] = [];
    for await (const read of pooledStates({ language, texts, before, after, depths: DEPTHS }, signal)) {
      states.push(read);
      onRead?.(states.length);
      await yieldToEvents(signal);
    }
    return states;
  };
}

export type LabellingRequest = SendableFolder & Pick<TextTaskRequest, 'task' | 'encoder'>;

/** Reads a task's texts for labelling, with what the local model says of them. Stores nothing. */
export async function labellingJob(
  request: LabellingRequest,
  { signal, log }: Pick<JobDeps, 'signal' | 'log'>,
): Promise<Result<Labelling>> {
  const folder = await TaskFolder.open(request, request.task, signal);
  if (!folder.ok) return folder;
  const encoder = request.encoder && (await openTextEncoder(request.encoder, log, signal));
  try {
    return ok(await readLabelling(folder.value, signal, encoder?.encode));
  } catch (error) {
    if (signal.aborted) return cancelled;
    if (error instanceof CodedError) return failed(error.code, error.message);
    throw error;
  } finally {
    await encoder?.close();
  }
}
