// Asks the user before a run begins: what it takes with and without training, and what the large model costs. The
// answer is stored, so that a resumed run does not ask again.
import { CodedError, isCancelled } from '../../common/errors.ts';
import { planInWords, type RemainingWork } from '../report/countdown.ts';
import type { PlanAnswer, PlanChoice, PlanOffer } from '../types.ts';
import { secondsPerPosition } from './evaluate.ts';
import { halved, MAX_HALVINGS } from './held-out-positions.ts';
import { callsOf, priceLabeling } from './labels.ts';
import { baseCandidate, earlierOf } from './neural.ts';
import {
  draftCount,
  minutesFor,
  mostSteps,
  OPENING_SECONDS,
  pays,
  remaining,
  trainableIn,
  untrainableIn,
} from './pace.ts';
import type { Agreement, LearnStages, Pace, PricedLabeling, Run } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';
import { budgetSeconds } from './training.ts';

/** Halvings of the positions for timing: about six drafts are timed. */
const TIMED_HALVINGS = 6;
/** Share of the budget for measuring and deciding, which come first; the rest is for training. */
const MEASURING_SHARE = 0.4;
/** Time limit of a run without training. */
const FIT_MINUTES = 2;
/** Time limits that are offered beside that of the setting: half an hour, an hour, a night. */
const LONGER_MINUTES = [30, 60, 480];
/** A shorter run that costs nothing and leaves no choice begins without a question, seconds. */
const SHORT_SECONDS = 50;

const RARELY_PAYS =
  'Training rarely pays on a machine of this speed, so only the index, the thresholds and the router are fitted first. A GPU or a long night adds training.';

/** Measured speed; undefined: there is no neural model, or it does not answer. */
type Machine = { readonly pace: Pace; readonly perPlace: number } | undefined;

type Planned = Omit<Agreement, 'api'> & {
  readonly ahead: RemainingWork;
  readonly labeling: PricedLabeling | undefined;
};

export async function agree(runner: LearnStages, tell: Tell): Promise<Agreement> {
  const { run } = runner;
  const machine = run.request.neural && (await timed(runner, tell));
  const choices = choicesOf(run, machine);
  let { choice, why } = firstOf(run, machine, choices);
  for (;;) {
    const planned = await plannedFor(runner, machine, choice);
    const parts = run.partsOf(planned.ahead);
    const { labeling, ahead, ...agreed } = planned;
    const api = labeling?.estimate;
    const offer: PlanOffer = {
      ...{ choice, words: planInWords(parts), ...(why !== undefined && { why }), ...(api && { api }) },
      choices: await Promise.all(
        choices.map(async (each) => ({
          ...each,
          words: planInWords(run.partsOf(await aheadFor(runner, machine, each))),
        })),
      ),
    };
    const isShort = parts.measuring + parts.training + parts.deciding < SHORT_SECONDS;
    const answer = isShort && choices.length === 1 && !api ? START : await run.excludeFromBudget(() => ask(run, offer));
    if (answer.kind === 'stop') throw new CodedError('cancelled', 'Nothing was changed.');
    if (answer.kind === 'start') {
      run.plan(ahead);
      return { ...agreed, ...(why !== undefined && { why }), api: answer.api };
    }
    ({ choice } = answer);
    why = undefined;
  }
}

const START: PlanAnswer = { kind: 'start', api: false };

const ask = async ({ askPlan }: Run, offer: PlanOffer) => (await askPlan?.(offer)) ?? START;

async function timed(runner: LearnStages, tell: Tell): Promise<Machine> {
  const { positions } = runner.run;
  try {
    const pace = await runner.get('pace');
    const session = await runner.get('session');
    const few = halved(positions, TIMED_HALVINGS).choose;
    const drafts = await session.drafts(baseCandidate(runner.run), few, tell);
    return { pace, perPlace: secondsPerPosition(drafts) };
  } catch (error) {
    // The stages that need the engine fail in the same way, and note it for the report.
    if (!(error instanceof CodedError) || isCancelled(error)) throw error;
    return undefined;
  }
}

/** The fastest first. */
function choicesOf(run: Run, machine: Machine): readonly PlanChoice[] {
  const { neural } = run.request;
  const limit = neural ? budgetSeconds(neural) / 60 : FIT_MINUTES;
  const choices: PlanChoice[] = [{ trains: false, minutes: Math.min(FIT_MINUTES, limit) }];
  const least = machine && minutesFor(machine.pace);
  if (!machine || least === undefined) return choices;
  const first = trainableIn(machine.pace, limit) ? limit : least;
  for (const minutes of [first, ...LONGER_MINUTES.filter((each) => each > first)]) {
    choices.push({ trains: true, minutes });
    // More minutes would not be used.
    if (trainingFor(run, machine, { trains: true, minutes }).steps >= mostSteps(run)) break;
  }
  return choices;
}

function firstOf(run: Run, machine: Machine, choices: readonly PlanChoice[]): { choice: PlanChoice; why?: string } {
  const { neural } = run.request;
  const [choice] = choices as [PlanChoice];
  if (!neural || !machine || neural.trains === false) return { choice };
  const minutes = budgetSeconds(neural) / 60;
  const base = trainableIn(machine.pace, minutes);
  if (base && (neural.trains || pays(base, minutes))) return { choice: { trains: true, minutes } };
  return { choice, why: base ? RARELY_PAYS : `${untrainableIn(machine.pace, minutes)} Nothing is trained.` };
}

function trainingFor(run: Run, machine: Machine, choice: PlanChoice) {
  const perPlace = machine?.perPlace ?? 0;
  const earlier = machine !== undefined && earlierOf(run) !== undefined;
  const drafts = (halvings: number) => perPlace * draftCount(halved(run.positions, halvings), earlier, choice.trains);
  const budget = 60 * choice.minutes;
  const forMeasuring = choice.trains ? MEASURING_SHARE * budget : budget;
  let halvings = 0;
  while (halvings < MAX_HALVINGS && drafts(halvings) > forMeasuring) halvings++;
  const training = machine && choice.trains ? trainableIn(machine.pace, choice.minutes) : undefined;
  const room = budget - run.elapsed() - drafts(halvings) - OPENING_SECONDS;
  const steps = training ? Math.min(mostSteps(run), Math.max(training.steps, room / training.perStep)) : 0;
  return { ...{ perPlace, halvings, steps, minutes: choice.minutes }, ...(training && { training }) };
}

function aheadFor(runner: LearnStages, machine: Machine, choice: PlanChoice, api = 0): Promise<RemainingWork> {
  const { training, steps, ...scale } = trainingFor(runner.run, machine, choice);
  const work = { ...scale, trains: training !== undefined, training: steps * (training?.perStep ?? 0), api };
  return remaining(runner, work, machine !== undefined);
}

async function plannedFor(runner: LearnStages, machine: Machine, choice: PlanChoice): Promise<Planned> {
  const { steps: _, ...agreed } = trainingFor(runner.run, machine, choice);
  const labeling = await priceLabeling(runner, agreed);
  return { ...agreed, labeling, ahead: await aheadFor(runner, machine, choice, labeling && callsOf(labeling)) };
}
