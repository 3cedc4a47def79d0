// Labels of the large model: which held-out positions it is asked about (validation files for the router, test files
// for the report, once as completions ask and once bare), what that costs, and its answers. The recording client stores
// every answer before the next request.
import { sha256Of } from '../common/file-hash.ts';
import { apiHost } from '../llm/connect.ts';
import { labelBatch } from '../llm/label.ts';
import type { LlmClient, Prompt } from '../llm/protocol/models.ts';
import { cleanAnswer } from '../prompts/completion/clean.ts';
import { matchesTruth, positionInDocument } from '../prompts/completion/completion-position.ts';
import { completionPrompt } from '../prompts/completion/completion-prompt.ts';
import type { CursorExample } from '../prompts/completion/cursor-examples.ts';
import {
  bareRequestAt,
  type EstimatedDraft,
  type LlmRequest,
  REQUEST_SNIPPETS,
  requestAt,
} from '../prompts/completion/llm-request.ts';
import { draftEstimates } from '../routing/fit.ts';
import type { NgramModel } from '../specialist/ngram/model.ts';
import type { ServedDrafts } from './fit-router.ts';
import { type HeldOutPositions, halved, positionsToAsk } from './held-out-positions.ts';
import {
  type ApiLabels,
  allLabels,
  type LabelledPosition,
  type Labels,
  type ScoredPosition,
} from './positions/scored-positions.ts';
import type { ApiEstimate, LabellingLimits } from './request/adapt-request.ts';
import type { Run } from './run.ts';

/** A position with the prompt that asks for its label. */
interface ToAsk {
  readonly example: CursorExample;
  readonly prompt: Prompt;
}

/** Held-out positions for the API to label. Its requests show drafts that are made later. */
interface ToLabel {
  readonly llm: LlmClient;
  /** Of model, limits and held-out positions. */
  readonly identity: string;
  readonly validation: readonly CursorExample[];
  readonly test: readonly CursorExample[];
  /** The test positions again, with what a plain API call sees. */
  readonly bare: readonly ToAsk[];
}

/** What the unknown answers cost. */
interface PricedLabelling extends ToLabel {
  /** Absent: every answer is known, or there is no position. */
  readonly estimate: ApiEstimate | undefined;
}

/** Undefined: there is no API. @param halvings of the positions (see `halved`) */
export type PriceOf = (halvings: number) => PricedLabelling | undefined;

export interface ApprovedLabelling extends ToLabel {
  /** False: an earlier run asked all, and only its stored answers are used. */
  readonly approved: boolean;
}

/** Whether a run has asked all at the held-out positions. Stored. */
interface Asked {
  readonly whole: boolean;
  /** See `ToLabel.identity`. */
  readonly as: string;
}

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
export function labellingSettings({ llm, request }: Run): unknown {
  const { api } = request;
  return llm && api && [llm.facts.asked ?? llm.model, api.positions, api.runUsd];
}

/** Whatever decides which positions are asked about, and what is asked there, besides the limits. */
function askedInputs(run: Run): unknown {
  const { digests, request, program } = run;
  return [digests, sha256Of(request.tokenizerPath), labellingSettings(run), request.neural?.base, program];
}

/** Prices for a run, none of which is computed twice. */
export function pricesOf(run: Run, index: NgramModel): PriceOf {
  const { llm, steps } = run;
  const { api } = run.request;
  if (llm === undefined || api === undefined) return () => undefined;
  const asked = steps.stored<Asked>('asked', askedInputs(run));
  const known = new Map<number, PricedLabelling>();
  return (halvings) => {
    const before = known.get(halvings);
    if (before) return before;
    const identity = JSON.stringify([labellingSettings(run), halvings]);
    const { priced, ...chosen } = positionsToLabel(halved(run.positions, halvings), index, llm, api);
    // A bare prompt shows no draft, so whether its answer is stored is known now. The other prompts will show drafts of
    // this run: their answers count as stored only if an earlier run has asked all of them.
    const unknown: Prompt[] = chosen.bare.map(({ prompt }) => prompt).filter((prompt) => !llm.knows?.(prompt));
    if (!asked?.whole || asked.as !== identity) unknown.push(...priced);
    const estimate: ApiEstimate = {
      model: llm.model,
      host: apiHost(api.settings),
      positions: unknown.length,
      usd: unknown.reduce((sum, prompt) => sum + llm.estimateUsd(prompt), 0),
    };
    const labelling = { llm, identity, ...chosen, estimate: unknown.length > 0 ? estimate : undefined };
    known.set(halvings, labelling);
    return labelling;
  };
}

/** Number of answers that are asked for. */
export function callsOf({ validation, test, bare }: Pick<ToLabel, 'validation' | 'test' | 'bare'>): number {
  return validation.length + test.length + bare.length;
}

/** What the API is asked in a run whose plan is agreed to. Undefined: nothing. */
export function labellingOf(
  run: Run,
  { halvings, api }: { readonly halvings: number; readonly api: boolean },
  priceOf: PriceOf,
): ApprovedLabelling | undefined {
  const priced = priceOf(halvings);
  if (priced === undefined) return undefined;
  const { estimate, ...labelling } = priced;
  const { choose, test } = halved(run.positions, halvings);
  const isEmpty = callsOf(labelling) === 0;
  const approved = estimate !== undefined && api;
  if (!isEmpty && (estimate === undefined || approved)) return { ...labelling, approved };
  const why = !isEmpty
    ? 'the estimate was declined'
    : choose.length + test.length > 0
      ? 'the spending limit of a run is too low for one position'
      : 'there are no held-out positions';
  run.notes.push(`The API was not asked: ${why}.`);
  return undefined;
}

/**
 * As many positions as the limits allow, and prompts of usual length for their price. Stored answers count too, so that
 * a later run chooses the same positions.
 * @param index n-grams of the training files
 */
export function positionsToLabel(
  { choose, test }: Pick<HeldOutPositions, 'choose' | 'test'>,
  index: NgramModel,
  llm: Pick<LlmClient, 'facts' | 'estimateUsd' | 'ceilingUsd'>,
  { positions, runUsd = Number.POSITIVE_INFINITY }: LabellingLimits,
) {
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

/** Asks what completions will ask: with the drafts that are served. Stored answers are not paid for again. */
export async function askLarge(
  run: Run,
  labelling: ApprovedLabelling,
  served: ServedDrafts,
  index: NgramModel,
): Promise<ApiLabels> {
  const { llm, approved } = labelling;
  const { signal, paid, notes } = run;
  const tell = run.stage('Asking the API');
  const draftsAt = draftsToShow(served);
  const scoredAt = new Map([...served.choose, ...served.test].map((scored) => [scored.example, scored]));
  const informed = (examples: readonly CursorExample[]) =>
    examples.map((example) => {
      const scored = scoredAt.get(example) as ScoredPosition;
      return { example, prompt: completionPrompt(labelRequest(example, index, draftsAt(scored)), llm.facts) };
    });
  // One count over all, so that the time left does not start again.
  const total = callsOf(labelling);
  let [done, usd] = [0, 0];
  const ask = async (positions: readonly ToAsk[]): Promise<Labels | undefined> => {
    if (run.apiStopped) return undefined;
    const labelled: LabelledPosition[] = [];
    const known = approved ? positions : positions.filter(({ prompt }) => llm.knows?.(prompt));
    const prompts = known.map(({ prompt }) => prompt);
    const outcome = await labelBatch(llm, prompts, {
      concurrency: CONCURRENCY,
      signal,
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
    if (stopped) run.apiStopped = { ...stopped, message: `Asking the API stopped early: ${stopped.message}` };
    return { labelled, failed };
  };
  const validation = (await ask(informed(labelling.validation))) as Labels;
  const test = await ask(informed(labelling.test));
  const bare = await ask(labelling.bare);
  const { apiStopped } = run;
  if (apiStopped) notes.push(apiStopped.message);
  const labels = { model: llm.model, validation, test, bare };
  const answered = allLabels(labels).reduce((sum, { labelled }) => sum + labelled.length, 0);
  const asked: Asked = { whole: answered === total, as: labelling.identity };
  run.steps.store('asked', askedInputs(run), asked);
  return labels;
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
      draft: position.draft,
      position: position.facts,
      specialistRight: position.right,
    })),
    test.map((position) => ({ of: position, draft: position.draft, position: position.facts })),
  );
  return (position) => {
    const estimate = estimateOf.get(position);
    return estimate === undefined ? [] : [{ text: position.draft.text, estimate }];
  };
}
