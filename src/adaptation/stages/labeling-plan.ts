// Plans which positions the API labels: of training files for training, of validation files for the router, of test
// files for the report (once as completions ask, once bare), within the limits of calls and dollars. Their price is part of the plan that the user is asked about.

import { apiHost } from '../../llm/connect.ts';
import type { Prompt } from '../../llm/protocol/prompt.ts';
import type { LlmClient } from '../../llm/types.ts';
import { positionInDocument } from '../../prompts/completion/completion-position.ts';
import { completionPrompt } from '../../prompts/completion/completion-prompt.ts';
import type { CursorExample, SourceText } from '../../prompts/completion/cursor-examples.ts';
import {
  bareRequestAt,
  type EstimatedDraft,
  type LlmRequest,
  REQUEST_SNIPPETS,
  requestAt,
} from '../../prompts/completion/llm-request.ts';
import { chooseTrainingPositions } from '../../prompts/completion/training-positions.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import { yieldToEvents } from '../cancellation.ts';
import type { ApiEstimate, LabelingLimits } from '../types.ts';
import { halved, positionsToAsk } from './held-out-positions.ts';
import { measuredPositionsOf } from './neural.ts';
import type { Agreement, LabelingPlan, LearnStages, PricedLabeling, Run } from './stage-outputs.ts';

/** Share of the calls for training files, if a neural model is trained: enough to learn where the large model fails. */
const TRAINING_SHARE = 0.2;

/** Stands for a local draft in the price, UTF-16 units. */
const USUAL_DRAFT = { text: 'x'.repeat(60), estimate: 0.5 };

/** The request of a completion at the position. Secrets are already redacted in files and index. */
export function labelRequest(example: CursorExample, index: NgramModel, drafts: readonly EstimatedDraft[]): LlmRequest {
  const position = positionInDocument(example);
  return { ...requestAt(position, index.snippets(position.query, REQUEST_SNIPPETS), drafts), oneOff: true };
}

/** Identity of the labelling: model and limits. With another identity, labels are requested anew. */
export function labelingIdentity({ llm, request }: Run): string | undefined {
  const { api } = request;
  if (llm === undefined || api === undefined) return undefined;
  return JSON.stringify([llm.facts.asked ?? llm.model, api.positions, api.runUsd]);
}

/** Undefined: there is no API. */
export async function priceLabeling(
  runner: LearnStages,
  { halvings, training }: Pick<Agreement, 'halvings' | 'training'>,
): Promise<PricedLabeling | undefined> {
  const { llm, request, held, tokenizer, signal, priced } = runner.run;
  const { api } = request;
  const identity = labelingIdentity(runner.run);
  if (llm === undefined || api === undefined || identity === undefined) return undefined;
  const trains = training !== undefined;
  const heldOut = JSON.stringify([identity, halvings, trains]);
  const known = priced.get(heldOut);
  if (known) return known;
  const { choose, test } = halved(runner.run.positions, halvings);
  const index = await runner.get('index');
  const inputs = { train: held.train, choose, test, index, tokenizer, llm, trainsNeural: trains };
  const { priced: prompts, ...chosen } = await positionsToLabel(inputs, api, signal);
  const asked = await runner.last('asked');
  const unknown = [...chosen.train, ...chosen.bare]
    .map(({ prompt }) => prompt)
    .filter((prompt) => !llm.knows?.(prompt));
  if (!asked?.whole || asked.as !== heldOut) unknown.push(...prompts);
  const estimate: ApiEstimate = {
    model: llm.model,
    host: apiHost(api.settings),
    positions: unknown.length,
    usd: unknown.reduce((sum, prompt) => sum + llm.estimateUsd(prompt), 0),
  };
  const labeling = { llm, identity, heldOut, ...chosen, estimate: unknown.length > 0 ? estimate : undefined };
  priced.set(heldOut, labeling);
  return labeling;
}

/** Undefined: the API is not asked. */
export async function planLabeling(runner: LearnStages): Promise<LabelingPlan | undefined> {
  const agreed = await runner.get('agreed');
  const labeling = await priceLabeling(runner, agreed);
  if (labeling === undefined) return undefined;
  const { estimate, ...plan } = labeling;
  const { choose, test } = await measuredPositionsOf(runner);
  const isEmpty = plan.train.length + plan.validation.length + plan.bare.length === 0;
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
export interface PositionsToLabel extends Pick<LabelingPlan, 'train' | 'validation' | 'test' | 'bare'> {
  /** Prompts of usual length for the validation and test positions. */
  readonly priced: readonly Prompt[];
}

interface LabelingInputs {
  readonly train: readonly SourceText[];
  /** The measured positions of validation and test files. */
  readonly choose: readonly CursorExample[];
  readonly test: readonly CursorExample[];
  /** N-grams of the training files. */
  readonly index: NgramModel;
  readonly tokenizer: Tokenizer;
  readonly llm: Pick<LlmClient, 'facts' | 'estimateUsd'>;
  /** Whether a neural model is trained, so that positions of training files are labelled as well. */
  readonly trainsNeural: boolean;
}

/** As many positions as the limits allow. Stored answers count too, so that a later run chooses the same positions. */
export async function positionsToLabel(
  { train, choose, test, index, tokenizer, llm, trainsNeural }: LabelingInputs,
  { positions, runUsd = Number.POSITIVE_INFINITY }: LabelingLimits,
  signal: AbortSignal,
): Promise<PositionsToLabel> {
  const trainingCalls = Math.round(trainsNeural ? TRAINING_SHARE * positions : 0);
  const probabilities = async (file: SourceText) => {
    await yieldToEvents(signal);
    return index.tokenProbabilities(file);
  };
  const ranked = trainingCalls > 0 ? await chooseTrainingPositions(train, probabilities, tokenizer, trainingCalls) : [];
  const prompts = new Map<CursorExample, Prompt>();
  const promptAt = (example: CursorExample, drafts: readonly EstimatedDraft[]) => {
    const prompt = prompts.get(example) ?? completionPrompt(labelRequest(example, index, drafts), llm.facts);
    prompts.set(example, prompt);
    return prompt;
  };
  const barePrompt = (example: CursorExample) =>
    completionPrompt(bareRequestAt(positionInDocument(example)), llm.facts);
  let calls = positions;
  for (;;) {
    const forTraining = ranked.slice(0, Math.round((calls / positions) * trainingCalls));
    const others = positionsToAsk(choose, test, calls - forTraining.length);
    const train = forTraining.map((example) => ({ example, prompt: promptAt(example, []) }));
    const bare = others.test.map((example) => ({ example, prompt: barePrompt(example) }));
    const priced = [...others.validation, ...others.test].map((example) => promptAt(example, [USUAL_DRAFT]));
    const all = [...[...train, ...bare].map(({ prompt }) => prompt), ...priced];
    const usd = all.reduce((sum, prompt) => sum + llm.estimateUsd(prompt), 0);
    if (usd <= runUsd || calls === 0) return { train, bare, priced, ...others };
    calls = Math.min(calls - 1, Math.floor((Math.min(calls, all.length) * runUsd) / usd));
  }
}
