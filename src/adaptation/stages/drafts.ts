// The n-gram model of a run: its index with fitted weights, its drafts, and the stored answers of any model.

import { sha256Of } from '../../neural/models/manifest.ts';
import type { CursorExample } from '../../prompts/completion/cursor-examples.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import { weightsFrom } from '../../specialist/ngram/weights.ts';
import { draftBySyntax } from '../../text/syntax/parsing.ts';
import type { ScoredPosition } from '../report/scored.ts';
import { AnswerLedger } from './answer-ledger.ts';
import { evaluate } from './evaluate.ts';
import type { LearnStages, Run } from './stage-outputs.ts';
import { digest, type Tell } from './stage-runner.ts';

/** Raise it when the n-grams draft differently from the same files. The program's hash covers most changes. */
const DRAFTS_VERSION = 6;

/** Identity of scripts by their bytes. */
export function programOf(...scripts: readonly (string | undefined)[]): string {
  return scripts.map((script) => (script === undefined ? '' : sha256Of(script))).join(' ');
}

export const tokenizerOf = ({ request }: Run) => sha256Of(request.tokenizerPath);

/** The n-grams of the training files, with fitted weights. */
export async function indexOf(runner: LearnStages): Promise<NgramModel> {
  const weights = weightsFrom(await runner.get('weights'));
  const index = await runner.get('index');
  if (weights) index.useWeights(weights);
  return index;
}

/** Identity of that index. */
export async function signatureOfIndex(runner: LearnStages): Promise<string> {
  return digest([
    DRAFTS_VERSION,
    runner.run.program,
    runner.sources.train,
    tokenizerOf(runner.run),
    await runner.get('weights'),
  ]);
}

/** @param model its identity */
export function answersOf(
  { ledger, models }: Run,
  model: string,
  split: 'validation' | 'test',
): AnswerLedger | undefined {
  models.add(model);
  return ledger && new AnswerLedger(ledger, model, split);
}

/** Drafts of the n-grams without a neural model, at positions of one split. */
export async function draftWithNgramsOnly(
  runner: LearnStages,
  positions: readonly CursorExample[],
  split: 'validation' | 'test',
  tell: Tell,
): Promise<ScoredPosition[]> {
  const { run } = runner;
  const answers = answersOf(run, await signatureOfIndex(runner), split);
  let index: Promise<NgramModel> | undefined;
  const complete = async (...[query, options]: Parameters<NgramModel['complete']>) => {
    index ??= indexOf(runner);
    const model = await index;
    return draftBySyntax(query, options, (asked) => model.complete(query, asked));
  };
  return evaluate({ complete }, positions, { answers, tell, signal: run.signal });
}
