// The n-gram model of a run: its drafts, and the stored answers of any model.

import { sha256Of } from '../../neural/models/manifest.ts';
import type { CursorExample } from '../../prompts/completion/cursor-examples.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import { draftBySyntax } from '../../text/syntax/parsing.ts';
import type { ScoredPosition } from '../report/figures.ts';
import { AnswerLedger, evaluate } from './evaluate.ts';
import type { LearnStages, Run } from './stage-outputs.ts';
import { digest, type Tell } from './stage-runner.ts';

/** Raise it when the n-grams draft differently from the same files. The program's hash covers most changes. */
const DRAFTS_VERSION = 6;

/** Identity of scripts by their bytes. */
export function programOf(...scripts: readonly (string | undefined)[]): string {
  return scripts.map((script) => (script === undefined ? '' : sha256Of(script))).join(' ');
}

export const tokenizerOf = ({ request }: Run) => sha256Of(request.tokenizerPath);

/** Identity of the n-grams of the training files. */
export function signatureOfIndex({ run, sources }: LearnStages): string {
  return digest([DRAFTS_VERSION, run.program, sources.train, tokenizerOf(run)]);
}

/** @param model its identity */
export function answersOf({ ledger, models }: Run, model: string): AnswerLedger | undefined {
  models.add(model);
  return ledger && new AnswerLedger(ledger, model);
}

/** Drafts of the n-grams without a neural model. */
export async function draftWithNgramsOnly(
  runner: LearnStages,
  positions: readonly CursorExample[],
  tell: Tell,
): Promise<ScoredPosition[]> {
  const { run } = runner;
  const answers = answersOf(run, signatureOfIndex(runner));
  let index: Promise<NgramModel> | undefined;
  const complete = async (...[query, options]: Parameters<NgramModel['complete']>) => {
    index ??= runner.get('index');
    const model = await index;
    return draftBySyntax(query, options, (asked) => model.complete(query, asked));
  };
  return evaluate({ complete }, positions, { answers, tell, signal: run.signal });
}
