// A job's dependencies, and its large-model client with budget and recording.
import type { ApiAccess, AskPlan, ConfirmSpending } from '../adapt/request/adapt-request.ts';
import { systemClock } from '../common/clock.ts';
import { counted } from '../common/format.ts';
import type { Log } from '../common/log.ts';
import type { Progress } from '../common/progress.ts';
import { connectLlm } from '../llm/connect.ts';
import type { EditorModels } from '../llm/protocol/wire.ts';
import { Budget, RecordingLlm } from '../llm/recording.ts';
import type { Store } from '../storage/store.ts';

export interface JobDeps {
  /** For a text task. */
  readonly confirm: ConfirmSpending;
  /** For an adaptation. */
  readonly askPlan?: AskPlan;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Language models of the editor that started the job. */
  readonly editor?: EditorModels;
}

/**
 * Least time limit of an answer, ms. A job asks several prompts at once, and a slow server of the user's own answers
 * them one after the other.
 */
const MIN_TIMEOUT_MS = 180_000;

/** Stores every answer before the next request, within the limits of the month and of the run. */
export function paidLlm(
  { settings, budgetUsd, runUsd }: Pick<ApiAccess, 'settings' | 'budgetUsd' | 'runUsd'>,
  store: Store,
  folder: string,
  { log, editor }: Pick<JobDeps, 'log' | 'editor'>,
) {
  const budget = new Budget(() => store, budgetUsd, systemClock, runUsd);
  const patient = { ...settings, timeoutMs: Math.max(MIN_TIMEOUT_MS, settings.timeoutMs) };
  return new RecordingLlm(connectLlm(patient, { editor }), store, { purpose: 'labelling', folder, budget, log });
}

/** Says which answers a closed store could not write; undefined if everything is stored. */
export function troubleOf({ trouble, unsaved }: Store): string | undefined {
  if (trouble === undefined) return undefined;
  const { answers, usd } = unsaved;
  const end =
    answers === 0
      ? 'Every answer that was paid for is stored.'
      : `${counted(answers, 'answer')} paid for ($${usd.toFixed(4)}) could not be stored.`;
  return `The calls to the API stopped early. ${trouble} ${end}`;
}
