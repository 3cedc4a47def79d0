// The result of a run: a router fitted on validation positions, and the figures of the test.
import { isBeginning, matchesTruth } from '../../prompts/completion/completion-position.ts';
import { cutsOf } from '../../prompts/completion/cuts.ts';
import type { RouterExample } from '../../routing/features.ts';
import { defaultRouter, fitRouter } from '../../routing/fit.ts';
import { type LabeledPosition, measure, type ScoredPosition } from '../report/figures.ts';
import type { FittedRun, LearnStages } from './stage-outputs.ts';

export async function conclude(runner: LearnStages): Promise<FittedRun> {
  const { notes, request } = runner.run;
  const { choose, test, neural } = await runner.get('served');
  const ngrams = await runner.get('ngramsAtValidation');
  const labels = await runner.get('labels');
  await runner.get('asked');
  const fit = (of: readonly ScoredPosition[]) =>
    of.length > 0 ? fitRouter(examplesOf(of, labels?.validation.labelled ?? [])) : defaultRouter();
  const router = fit(choose);
  if (choose.length === 0) notes.push('There are too few files for validation, so the shipped router is used.');
  return {
    router,
    figures: test.length > 0 ? measure(test, labels, router, request.balance) : undefined,
    neural: neural && { ...neural.report, ngramRouter: fit(ngrams) },
    used: neural?.used,
  };
}

/** Every position with verdicts on the local draft, on each of its cuts, and on the API's answer if there is one. */
function examplesOf(scored: readonly ScoredPosition[], labelled: readonly LabeledPosition[]): RouterExample[] {
  const verdicts = new Map(labelled.map((label) => [label.scored.example, label]));
  return scored.map((position) => {
    const label = verdicts.get(position.example);
    const { example: at, draft, draftPosition, right } = position;
    const written = at.truth + at.suffix;
    const example = {
      ...{ path: at.path, draft, position: position.facts, specialistRight: right },
      cuts: cutsOf(draft, draftPosition).map((cut) => ({ draft: cut, right: isBeginning(cut.text, written) })),
    };
    if (label === undefined) return example;
    return { ...example, apiRight: label.right, apiAgrees: matchesTruth(label.answer.text, draft.text) };
  });
}
