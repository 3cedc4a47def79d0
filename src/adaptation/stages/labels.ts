// Labels of the large model: which held-out positions it is asked about (validation files for the router, test files
// for the report, once as completions ask and once bare), what that costs, and its answers. The recording client stores
// every answer before the next request.
import { apiHost } from '../../llm/connect.ts';
import { labelBatch } from '../../llm/label.ts';
import type { LlmClient, Prompt } from '../../llm/protocol/models.ts';
import { cleanAnswer } from '../../prompts/completion/clean.ts';
import { matchesTruth, positionInDocument } from '../../prompts/completion/completion-position.ts';
import { completionPrompt } from '../../prompts/completion/completion-prompt.ts';
import type { CursorExample } from '../../prompts/completion/cursor-examples.ts';
import {
  bareRequestAt,
  type EstimatedDraft,
  type LlmRequest,
  REQUEST_SNIPPETS,
  requestAt,
} from '../../prompts/completion/llm-request.ts';
import { draftEstimates } from '../../routing/fit.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import {
  type ApiLabels,
  allLabels,
  type LabeledPosition,
  type Labels,
  type ScoredPosition,
} from '../report/figures.ts';
import type { ApiEstimate, LabelingLimits } from '../types.ts';
import { type HeldOutPositions, halved, positionsToAsk } from './held-out-positions.ts';
import { measuredPositionsOf } from './neural.ts';
import type {
  Agreement,
  Asked,
  LabelingPlan,
  LearnStages,
  PricedLabeling,
  Run,
  ServedDrafts,
  ToAsk,
} from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';

/** Concurrent requests: enough to hide latency, few enough for the rate limit of a new key. */
const CONCURRENCY = 4;

/** Stands for a local draft in the price, UTF-16 units. */
const USUAL_DRAFT = { text: 'x'.repeat(60), estimate: 0.5 };

/** The request of a completion at the position. Secrets are already redacted in files and index. */
export function labelRequest(example: CursorExample, index: NgramModel, drafts: readonly EstimatedDraft[]): LlmRequest {
  const position = positionInDocument(example);
  return { ...requestAt(position, index.snippets(position.query, REQUEST_SNIPPETS), drafts), oneOff: true };
}

/** Model and limits of the labelling. With others, labels are requested anew. */
export function labelingSettings({ llm, request }: Run): unknown {
  const { api } = request;
  return llm && api && [llm.facts.asked ?? llm.model, api.positions, api.runUsd];
}

/** Undefined: there is no API. */
export async function priceLabeling(
  runner: LearnStages,
  { halvings }: Pick<Agreement, 'halvings'>,
): Promise<PricedLabeling | undefined> {
  const { run } = runner;
  const { llm, priced } = run;
  const { api } = run.request;
  if (llm === undefined || api === undefined) return undefined;
  const identity = JSON.stringify([labelingSettings(run), halvings]);
  const known = priced.get(identity);
  if (known) return known;
  const inputs = { ...halved(run.positions, halvings), index: await runner.get('index'), llm };
  const { priced: prompts, ...chosen } = positionsToLabel(inputs, api);
  const asked = await runner.last('asked');
  const unknown = chosen.bare.map(({ prompt }) => prompt).filter((prompt) => !llm.knows?.(prompt));
  if (!asked?.whole || asked.as !== identity) unknown.push(...prompts);
  const estimate: ApiEstimate = {
    model: llm.model,
    host: apiHost(api.settings),
    positions: unknown.length,
    usd: unknown.reduce((sum, prompt) => sum + llm.estimateUsd(prompt), 0),
  };
  const labeling = { llm, identity, ...chosen, estimate: unknown.length > 0 ? estimate : undefined };
  priced.set(identity, labeling);
  return labeling;
}

/** Number of answers that a plan asks for. */
export function callsOf({ validation, test, bare }: Pick<LabelingPlan, 'validation' | 'test' | 'bare'>): number {
  return validation.length + test.length + bare.length;
}

/** Undefined: the API is not asked. */
export async function planLabeling(runner: LearnStages): Promise<LabelingPlan | undefined> {
  const agreed = await runner.get('agreed');
  const labeling = await priceLabeling(runner, agreed);
  if (labeling === undefined) return undefined;
  const { estimate, ...plan } = labeling;
  const { choose, test } = await measuredPositionsOf(runner);
  const isEmpty = callsOf(plan) === 0;
  const approved = estimate !== undefined && agreed.api;
  if (!isEmpty && (estimate === undefined || approved)) return { ...plan, approved };
  const why = !isEmpty
    ? 'the estimate was declined'
    : choose.length + test.length > 0
      ? 'the spending limit of a run is too low for one position'
      : 'there are no held-out positions';
  runner.run.notes.push(`The API was not asked: ${why}.`);
  return undefined;
}

/** Positions for the API to label, with their prompts. */
export interface PositionsToLabel extends Pick<LabelingPlan, 'validation' | 'test' | 'bare'> {
  /** Prompts of usual length for the validation and test positions. */
  readonly priced: readonly Prompt[];
}

interface LabelingInputs extends Pick<HeldOutPositions, 'choose' | 'test'> {
  /** N-grams of the training files. */
  readonly index: NgramModel;
  readonly llm: Pick<LlmClient, 'facts' | 'estimateUsd' | 'ceilingUsd'>;
}

/** As many positions as the limits allow. Stored answers count too, so that a later run chooses the same positions. */
export function positionsToLabel(
  { choose, test, index, llm }: LabelingInputs,
  { positions, runUsd = Number.POSITIVE_INFINITY }: LabelingLimits,
): PositionsToLabel {
  const prompts = new Map<CursorExample, Prompt>();
  const usualPrompt = (example: CursorExample) => {
    const prompt = prompts.get(example) ?? completionPrompt(labelRequest(example, index, [USUAL_DRAFT]), llm.facts);
    prompts.set(example, prompt);
    return prompt;
  };
  const barePrompt = (example: CursorExample) =>
    completionPrompt(bareRequestAt(positionInDocument(example)), llm.facts);
  let calls = positions;
  for (;;) {
    const chosen = positionsToAsk(choose, test, calls);
    const bare = chosen.test.map((example) => ({ example, prompt: barePrompt(example) }));
    const priced = [...chosen.validation, ...chosen.test].map(usualPrompt);
    const all = [...bare.map(({ prompt }) => prompt), ...priced];
    // Each call reserves its maximum cost, the last one beside what the others cost.
    const margin = all.reduce((most, prompt) => Math.max(most, llm.ceilingUsd(prompt) - llm.estimateUsd(prompt)), 0);
    const usd = margin + all.reduce((sum, prompt) => sum + llm.estimateUsd(prompt), 0);
    if (usd <= runUsd || calls === 0) return { bare, priced, ...chosen };
    calls = Math.min(calls - 1, Math.floor((Math.min(calls, all.length) * runUsd) / usd));
  }
}

/**
 * Asks what completions will ask: with the drafts of the model that was chosen. Undefined without an API. Stored answers
 * are not paid for again.
 */
export async function labelsOf(runner: LearnStages, tell: Tell): Promise<ApiLabels | undefined> {
  const plan = await runner.get('labelingPlan');
  if (plan === undefined) return undefined;
  const { llm, approved } = plan;
  const { signal, paid, notes } = runner.run;
  const served = await runner.get('served');
  const index = await runner.get('index');
  const draftsAt = draftsToShow(served);
  const scoredAt = new Map([...served.choose, ...served.test].map((scored) => [scored.example, scored]));
  const informed = (examples: readonly CursorExample[]) =>
    examples.map((example) => {
      const scored = scoredAt.get(example) as ScoredPosition;
      return { example, prompt: completionPrompt(labelRequest(example, index, draftsAt(scored)), llm.facts) };
    });
  // One count over all, so that the time left does not start again.
  const total = callsOf(plan);
  let [done, usd] = [0, 0];
  const ask = async (positions: readonly ToAsk[]): Promise<Labels | undefined> => {
    if (runner.run.apiStopped) return undefined;
    const labelled: LabeledPosition[] = [];
    const known = approved ? positions : positions.filter(({ prompt }) => llm.knows?.(prompt));
    const prompts = known.map(({ prompt }) => prompt);
    const outcome = await labelBatch(llm, prompts, {
      ...{ concurrency: CONCURRENCY, signal },
      onRetry: ({ message }) => tell({ done, total, detail: message }),
      onAnswer: (at, answer) => {
        const scored = scoredAt.get((known[at] as ToAsk).example) as ScoredPosition;
        const text = cleanAnswer(answer.text, scored.draftPosition);
        labelled.push({ scored, answer: { ...answer, text }, right: matchesTruth(text, scored.truth) });
        done += 1;
        usd += answer.costUsd;
        tell({ done, total, detail: usd === 0 ? '' : `$${usd.toFixed(4)}` });
      },
    });
    paid.answers += outcome.answered;
    paid.usd += outcome.costUsd;
    const { stopped, failed } = outcome;
    if (stopped) runner.run.apiStopped = { ...stopped, message: `Asking the API stopped early: ${stopped.message}` };
    return { labelled, failed };
  };
  const validation = (await ask(informed(plan.validation))) as Labels;
  const test = await ask(informed(plan.test));
  const bare = await ask(plan.bare);
  const { apiStopped } = runner.run;
  if (apiStopped) notes.push(apiStopped.message);
  return { model: llm.model, validation, test, bare };
}

/** Whether all was asked and answered, for a later run over the same folder. */
export async function askedOf(runner: LearnStages): Promise<Asked> {
  const plan = await runner.get('labelingPlan');
  const labels = await runner.get('labels');
  const answered = (labels ? allLabels(labels) : []).reduce((sum, { labelled }) => sum + labelled.length, 0);
  return { whole: plan !== undefined && answered === callsOf(plan), as: plan?.identity };
}

/**
 * What a request at each position shows of the local model. The estimate of a validation position comes from a fit
 * without its file; that of a test position from all validation positions, as in serving.
 */
function draftsToShow({ choose, test }: ServedDrafts): (position: ScoredPosition) => EstimatedDraft[] {
  const estimateOf = draftEstimates(
    choose.map((position) => ({
      of: position,
      path: position.example.path,
      ...{ draft: position.draft, position: position.facts, specialistRight: position.right },
    })),
    test.map((position) => ({ of: position, draft: position.draft, position: position.facts })),
  );
  return (position) => {
    const estimate = estimateOf.get(position);
    return estimate === undefined ? [] : [{ text: position.draft.text, estimate }];
  };
}
