// Fits the router on the drafts at validation positions, and on the large model's answers there.
import { isBeginning, matchesTruth } from '../prompts/completion/completion-position.ts';
import { cutsOf } from '../prompts/completion/cuts.ts';
import type { RouterExample } from '../routing/features.ts';
import { defaultRouter, fitRouter } from '../routing/fit.ts';
import type { RouterModel } from '../routing/router-model.ts';
import type { ApiLabels, LabelledPosition, ScoredPosition } from './positions/scored-positions.ts';

/** The drafts that completions will show after the run, at the measured positions. */
export interface ServedDrafts {
  readonly choose: readonly ScoredPosition[];
  readonly test: readonly ScoredPosition[];
}

/** @param labels the API's answers at some of these positions */
export function routerFor(choose: readonly ScoredPosition[], labels: ApiLabels | undefined): RouterModel {
  if (choose.length === 0) return defaultRouter();
  return fitRouter(examplesOf(choose, labels?.validation.labelled ?? []));
}

/** Every position with verdicts on the local draft, on each of its cuts, and on the API's answer if there is one. */
function examplesOf(scored: readonly ScoredPosition[], labelled: readonly LabelledPosition[]): RouterExample[] {
  const verdicts = new Map(labelled.map((label) => [label.scored.example, label]));
  return scored.map((position) => {
    const label = verdicts.get(position.example);
    const { example: at, draft, draftPosition, right } = position;
    const written = at.truth + at.suffix;
    const example = {
      path: at.path,
      draft,
      position: position.facts,
      specialistRight: right,
      cuts: cutsOf(draft, draftPosition).map((cut) => ({ draft: cut, right: isBeginning(cut.text, written) })),
    };
    if (label === undefined) return example;
    return { ...example, apiRight: label.right, apiAgrees: matchesTruth(label.answer.text, draft.text) };
  });
}
