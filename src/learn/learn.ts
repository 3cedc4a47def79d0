// The learning half of a run, on disjoint files: train -> index; validation: fit -> weights, choose -> which model and who answers; test -> report.

import { CodedError, isCancelled } from '../common/errors.ts';
import { noProgress } from '../common/progress.ts';
import { defaultFit } from '../coupling/defaults.ts';
import { fitCoupling } from '../coupling/fit.ts';
import type { CouplingExample, CouplingFit } from '../coupling/types.ts';
import type { Engine } from '../engine/client.ts';
import { NgramModel, type NgramWeights } from '../ngram/model.ts';
import { type Measured, measure } from '../report/figures.ts';
import type { ApiLabels, LabelledPlace, ScoredPlace } from '../report/scored.ts';
import type { NeuralReport } from '../report/types.ts';
import type { Teacher } from '../teacher/types.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { turn } from './cancellation.ts';
import { evaluate } from './evaluate.ts';
import { askForLabels, labelRequest } from './labels.ts';
import { adaptNeural, type NeuralOutcome, type NeuralPlaces } from './neural.ts';
import { type HeldOut, placesOf, placesToAsk } from './places.ts';
import type { StageProgress } from './stages.ts';
import type { NeuralDeps } from './training.ts';
import type { ApiEstimate, ConfirmSpending } from './types.ts';

export interface LearnDeps {
  readonly tokenizer: Tokenizer;
  readonly balance: number;
  /** Asks, records and pays; undefined for local only. */
  readonly teacher: Teacher | undefined;
  readonly apiHost: string;
  readonly apiPlaces: number;
  /** What the neural part needs beside; undefined: n-grams alone. */
  readonly neural:
    | (Omit<NeuralDeps, 'engine' | 'tokenizer' | 'progress' | 'signal'> & { readonly engine: Engine | undefined })
    | undefined;
  readonly confirm: ConfirmSpending;
  readonly progress?: StageProgress;
  readonly signal: AbortSignal;
}

export interface Learned {
  readonly weights: NgramWeights | undefined;
  readonly coupling: CouplingFit;
  readonly measured: Measured | undefined;
  readonly neural: NeuralReport | undefined;
  readonly notes: readonly string[];
}

export async function learn(held: HeldOut, deps: LearnDeps): Promise<Learned> {
  const { progress = noProgress, signal, tokenizer } = deps;
  const notes: string[] = [];
  progress({ stage: 'Indexing', done: 0, total: undefined });
  const index = NgramModel.build(held.train, tokenizer);
  await turn(signal);
  const places = placesOf(held);
  let weights: NgramWeights | undefined;
  if (held.fit.length > 0) {
    progress({ stage: 'Learning the mixture', done: 0, total: undefined });
    weights = index.fit(held.fit, places.fit);
    await turn(signal);
  } else {
    notes.push('Too few files to hold any out for the mixture: it keeps the weights that the extension ships.');
  }
  const steps = { progress, signal };
  const ngram = {
    choose: await evaluate(index, places.choose, { stage: 'Calibrating', ...steps }),
    test: await evaluate(index, places.test, { stage: 'Measuring', ...steps }),
  };
  const neural = await withNeural(held, index, { ...places, ngram: ngram.test }, deps, notes);
  const { choose, test } = neural ?? ngram;

  const asked = await askApi(index, choose, test, deps);
  notes.push(...asked.notes);
  const labels = asked.labels?.validation.labelled ?? [];
  const fit = (of: readonly ScoredPlace[]) => (of.length > 0 ? fitCoupling(examplesOf(of, labels)) : defaultFit());
  const coupling = fit(choose);
  if (choose.length === 0) notes.push('Too few files to validate on: the coupling that the extension ships is in use.');
  const measured = test.length > 0 ? measure(test, asked.labels, coupling, deps.balance) : undefined;
  const report = neural && { ...neural.report, ngramCoupling: fit(ngram.choose) };
  return { weights, coupling, measured, neural: report, notes };
}

/** Undefined where there is no neural part, or it cannot be had: a note says why. */
async function withNeural(
  held: HeldOut,
  index: NgramModel,
  places: NeuralPlaces,
  { neural, tokenizer, progress = noProgress, signal }: LearnDeps,
  notes: string[],
): Promise<NeuralOutcome | undefined> {
  if (neural === undefined) return undefined;
  const { engine } = neural;
  try {
    if (!engine) throw new CodedError('unsupported', 'There is no neural engine here.');
    const outcome = await adaptNeural(held, index, places, { ...neural, engine, tokenizer, progress, signal });
    notes.push(...outcome.notes);
    return outcome;
  } catch (error) {
    if (!(error instanceof CodedError) || isCancelled(error)) throw error;
    notes.push(`The neural model was left out, the n-grams answer alone. ${error.message}`);
    return undefined;
  }
}

/** Every place with the specialist's verdict, and the API's where it was asked. */
function examplesOf(scored: readonly ScoredPlace[], labelled: readonly LabelledPlace[]): CouplingExample[] {
  const verdicts = new Map(labelled.map((label) => [label.scored.example, label.right]));
  return scored.map((place) => {
    const apiRight = verdicts.get(place.example);
    const example = { path: place.example.path, draft: place.draft, place: place.place, specialistRight: place.right };
    return apiRight === undefined ? example : { ...example, apiRight };
  });
}

interface Asked {
  /** Undefined: the API was not asked. */
  readonly labels: ApiLabels | undefined;
  readonly notes: readonly string[];
}

async function askApi(
  index: NgramModel,
  validation: readonly ScoredPlace[],
  test: readonly ScoredPlace[],
  { teacher, apiPlaces, apiHost, confirm, progress = noProgress, signal }: LearnDeps,
): Promise<Asked> {
  const nobody = { labels: undefined };
  if (teacher === undefined) return { ...nobody, notes: [] };
  const chosen = placesToAsk(validation, test, apiPlaces);
  const withRequests = (places: readonly ScoredPlace[]) =>
    places.map((scored) => ({ scored, request: labelRequest(scored.example, index) }));
  const toValidate = withRequests(chosen.validation);
  const toTest = withRequests(chosen.test);
  const all = [...toValidate, ...toTest];
  if (all.length === 0) return { ...nobody, notes: ['There was no held-out place to ask the API about.'] };
  const estimate: ApiEstimate = {
    model: teacher.model,
    host: apiHost,
    places: all.length,
    usd: all.reduce((sum, { request }) => sum + teacher.estimateUsd(request), 0),
  };
  if (!(await confirm(estimate))) return { ...nobody, notes: ['The API was not asked: the estimate was declined.'] };
  const ask = (places: typeof all) => askForLabels(teacher, places, 'Asking the API', progress, signal);
  const validated = await ask(toValidate);
  const tested = validated.stopped === undefined ? await ask(toTest) : undefined;
  const stopped = validated.stopped ?? tested?.stopped;
  return {
    labels: { model: teacher.model, validation: validated, test: tested },
    notes: stopped === undefined ? [] : [`Asking the API stopped early: ${stopped}`],
  };
}
