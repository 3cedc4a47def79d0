// The drafts that completions will show after the run, at validation and test positions, each with the estimate that
// the router gives it there.

import type { EstimatedDraft } from '../../prompts/completion/llm-request.ts';
import { draftEstimates } from '../../routing/fit.ts';
import type { ScoredPosition } from '../report/scored.ts';
import type { NeuralReport } from '../report/types.ts';
import type { MeasuredModel } from './choose.ts';
import { testOf } from './neural.ts';
import type { LearnStages } from './stage-outputs.ts';

export interface ServedDrafts {
  readonly choose: readonly ScoredPosition[];
  readonly test: readonly ScoredPosition[];
  /** Absent: the n-grams alone. */
  readonly neural?: { readonly used: MeasuredModel; readonly report: Omit<NeuralReport, 'ngramRouter'> };
}

export async function servedDrafts(runner: LearnStages): Promise<ServedDrafts> {
  const chosen = await runner.get('chosen');
  const tested = chosen && (await testOf(runner, chosen));
  return chosen && tested
    ? {
        choose: chosen.used.scored,
        test: tested.positions,
        neural: { used: chosen.used, report: tested.report },
      }
    : { choose: await runner.get('ngramsAtValidation'), test: await runner.get('ngramsAtTest') };
}

/**
 * What a request at each position shows of the local model. The estimate of a validation position comes from a fit
 * without its file; that of a test position from all validation positions, as in serving.
 */
export function draftsToShow({
  choose,
  test,
}: Pick<ServedDrafts, 'choose' | 'test'>): (position: ScoredPosition) => EstimatedDraft[] {
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
