// The n-gram model of a run: its drafts, and the stored answers of any model.

import { sha256Of } from '../common/file-hash.ts';
import type { CursorExample } from '../prompts/completion/cursor-examples.ts';
import type { NgramModel } from '../specialist/ngram/model.ts';
import { draftBySyntax } from '../text/syntax/parsing.ts';
import { evaluate, StoredAnswers } from './evaluate.ts';
import type { ScoredPosition } from './positions/scored-positions.ts';
import type { Tell } from './progress.ts';
import type { Run } from './run.ts';
import { digest } from './step.ts';

/** Raise it when the n-grams draft differently from the same files. The program's hash covers most changes. */
const DRAFTS_VERSION = 6;

/** Identity of scripts by their bytes. */
export function programOf(...scripts: readonly (string | undefined)[]): string {
  return scripts.map((script) => (script === undefined ? '' : sha256Of(script))).join(' ');
}

/** Identity of the n-grams of the training files. */
export function signatureOfIndex({ program, digests, request }: Run): string {
  return digest([DRAFTS_VERSION, program, digests.train, sha256Of(request.tokenizerPath)]);
}

/** @param model its identity */
export function answersOf({ runStore, models }: Run, model: string): StoredAnswers | undefined {
  models.add(model);
  return runStore && new StoredAnswers(runStore, model);
}

/** Drafts of the n-grams without a neural model. */
export async function draftWithNgramsOnly(
  run: Run,
  index: NgramModel,
  positions: readonly CursorExample[],
  tell: Tell,
): Promise<ScoredPosition[]> {
  const answers = answersOf(run, signatureOfIndex(run));
  const complete = (...[query, options]: Parameters<NgramModel['complete']>) =>
    draftBySyntax(query, options, (asked) => index.complete(query, asked));
  return evaluate({ complete }, positions, { answers, tell, signal: run.signal });
}
