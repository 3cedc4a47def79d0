// The plan of a run: what it takes with and without training, and what the large model costs. The user agrees to it
// before the run begins.
import { CodedError } from '../common/errors.ts';
import { baseCandidate, earlierCandidate } from './candidates.ts';
import { halved, MAX_HALVINGS } from './held-out-positions.ts';
import { callsOf, labellingSettings, type PriceOf } from './labels.ts';
import type { NeuralSession } from './neural-session.ts';
import { noWork, planInWords, type RemainingWork } from './report/countdown.ts';
import type { PlanAnswer, PlanChoice, PlanOffer } from './request/adapt-request.ts';
import type { Run } from './run.ts';
import {
  budgetSeconds,
  draftCount,
  type MachineTiming,
  minutesFor,
  mostSteps,
  OPENING_SECONDS,
  pays,
  type TimedBase,
  trainableIn,
  untrainableIn,
} from './timing.ts';

/** What the user agreed to. */
export interface Plan {
  /** Absent: nothing is trained. */
  readonly training?: TimedBase;
  /** Time limit of the run. */
  readonly minutes: number;
  /** How often the number of positions is halved (see `halved`), and the seconds of a draft at one. */
  readonly halvings: number;
  readonly secondsPerDraft: number;
  /** Whether the large model may be paid. */
  readonly api: boolean;
  /** Why nothing is trained. */
  readonly why?: string;
}

/** A neural model that answers here. */
export interface TimedMachine {
  readonly timing: MachineTiming;
  /** Seconds of a draft with its loss at a position. */
  readonly secondsPerDraft: number;
  readonly session: NeuralSession;
}

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

const START: PlanAnswer = { kind: 'start', api: false };

/** The plan is stored while the run is not over, so that a resumed run does not ask again. */
export function planInputs(run: Run): unknown {
  return [run.digests, labellingSettings(run), run.request.neural];
}

/** @param machine undefined: there is no neural model, or it does not answer */
export async function agree(run: Run, machine: TimedMachine | undefined, priceOf: PriceOf): Promise<Plan> {
  const choices = choicesOf(run, machine);
  let { choice, why } = firstOf(run, machine, choices);
  for (;;) {
    const { steps: _, ...planned } = workFor(run, machine, choice);
    const priced = priceOf(planned.halvings);
    const remaining = remainingFor(run, machine, choice, priced && callsOf(priced));
    const parts = run.partsOf(remaining);
    const api = priced?.estimate;
    const offer: PlanOffer = {
      choice,
      words: planInWords(parts),
      ...(why !== undefined && { why }),
      ...(api && { api }),
      choices: choices.map((each) => ({ ...each, words: planInWords(run.partsOf(remainingFor(run, machine, each))) })),
    };
    const isShort = parts.measuring + parts.training + parts.deciding < SHORT_SECONDS;
    const answer =
      isShort && choices.length === 1 && !api
        ? START
        : await run.clock.ask(async () => (await run.askPlan?.(offer)) ?? START);
    if (answer.kind === 'stop') throw new CodedError('cancelled', 'Nothing was changed.');
    if (answer.kind === 'start') {
      run.expect(remaining);
      return { ...planned, ...(why !== undefined && { why }), api: answer.api };
    }
    ({ choice } = answer);
    why = undefined;
  }
}

/** The fastest first. */
function choicesOf(run: Run, machine: TimedMachine | undefined): readonly PlanChoice[] {
  const { neural } = run.request;
  const limit = neural ? budgetSeconds(neural) / 60 : FIT_MINUTES;
  const choices: PlanChoice[] = [{ trains: false, minutes: Math.min(FIT_MINUTES, limit) }];
  const least = machine && minutesFor(machine.timing);
  if (!machine || least === undefined) return choices;
  const first = trainableIn(machine.timing, limit) ? limit : least;
  for (const minutes of [first, ...LONGER_MINUTES.filter((each) => each > first)]) {
    choices.push({ trains: true, minutes });
    // More minutes would not be used.
    if (workFor(run, machine, { trains: true, minutes }).steps >= mostSteps(run)) break;
  }
  return choices;
}

function firstOf(
  run: Run,
  machine: TimedMachine | undefined,
  choices: readonly PlanChoice[],
): { choice: PlanChoice; why?: string } {
  const { neural } = run.request;
  const [choice] = choices as [PlanChoice];
  if (!neural || !machine || neural.trains === false) return { choice };
  const minutes = budgetSeconds(neural) / 60;
  const base = trainableIn(machine.timing, minutes);
  if (base && (neural.trains || pays(base, minutes))) return { choice: { trains: true, minutes } };
  return { choice, why: base ? RARELY_PAYS : `${untrainableIn(machine.timing, minutes)} Nothing is trained.` };
}

/** As many positions as the choice has time for, and the training steps in the rest of its time. */
function workFor(run: Run, machine: TimedMachine | undefined, choice: PlanChoice) {
  const secondsPerDraft = machine?.secondsPerDraft ?? 0;
  const earlier = machine !== undefined && earlierCandidate(run) !== undefined;
  const drafts = (halvings: number) =>
    secondsPerDraft * draftCount(halved(run.positions, halvings), earlier, choice.trains);
  const budget = 60 * choice.minutes;
  const forMeasuring = choice.trains ? MEASURING_SHARE * budget : budget;
  let halvings = 0;
  while (halvings < MAX_HALVINGS && drafts(halvings) > forMeasuring) halvings++;
  const training = machine && choice.trains ? trainableIn(machine.timing, choice.minutes) : undefined;
  const room = budget - run.clock.elapsed() - drafts(halvings) - OPENING_SECONDS;
  const steps = training ? Math.min(mostSteps(run), Math.max(training.steps, room / training.perStep)) : 0;
  return { secondsPerDraft, halvings, steps, minutes: choice.minutes, ...(training && { training }) };
}

function remainingFor(run: Run, machine: TimedMachine | undefined, choice: PlanChoice, api = 0): RemainingWork {
  const { training, steps, secondsPerDraft, halvings } = workFor(run, machine, choice);
  if (!machine) return { ...noWork, api };
  const seconds = steps * (training?.perStep ?? 0);
  return remainingWork(run, machine.session, {
    secondsPerDraft,
    halvings,
    api,
    trains: training !== undefined,
    training: seconds,
  });
}

interface Work extends Pick<Plan, 'secondsPerDraft' | 'halvings'>, Pick<RemainingWork, 'training' | 'api'> {
  readonly trains: boolean;
}

/** What a run with a neural model has before it, given the stored answers. */
export function remainingWork(
  run: Run,
  session: NeuralSession,
  { secondsPerDraft, halvings, trains, training, api }: Work,
): RemainingWork {
  const { fit, choose, test } = halved(run.positions, halvings);
  const earlier = earlierCandidate(run);
  // The base is tested only where another model may be used.
  const [adapted, others] = [Number(trains), Number(trains || earlier !== undefined)];
  return {
    secondsPerDraft,
    training,
    api,
    places: {
      fit: adapted * fit.length,
      choose: adapted * choose.length,
      test: test.length,
      testedBase: others * test.length,
    },
    base: session.unanswered(baseCandidate(run), choose),
    earlier: earlier ? session.unanswered(earlier, choose) : 0,
  };
}
