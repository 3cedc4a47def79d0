// Shares out the time of a plan: how long training may take, and when it should begin.
import { LEAST_STEPS } from '../specialist/engine/measure-base.ts';
import { trainingStatusOf } from '../specialist/engine/protocol.ts';
import { baseCandidate, earlierCandidate } from './candidates.ts';
import { halved } from './held-out-positions.ts';
import { workFolder } from './models/folder-models.ts';
import type { NeuralSession } from './neural-session.ts';
import type { Plan } from './plan.ts';
import type { Run } from './run.ts';
import { draftCount, OPENING_SECONDS, type TimedBase } from './timing.ts';
import type { Samples } from './training-data/samples.ts';
import { stepsOf, trainingSettings } from './training-settings.ts';

/** In seconds. */
export interface TrainingTime {
  readonly expected: number;
  readonly limit: number;
  /** Planned start of training, as in `BudgetClock.elapsed`. */
  readonly begins: number;
}

export function trainingTimeInputs(run: Run, plan: Plan): unknown {
  return [plan, run.digests.train, run.digests.fit, trainingSettings(run)];
}

export async function trainingTime(
  run: Run,
  session: NeuralSession,
  { halvings, perPlace, minutes }: Plan,
  { perStep }: TimedBase,
  samples: Samples,
): Promise<TrainingTime> {
  const { clock, request } = run;
  const positions = halved(run.positions, halvings);
  const earlier = earlierCandidate(run) !== undefined;
  // The base's answers of the first look, and of a run that was interrupted, are in the ledger.
  const unanswered = session.unanswered(baseCandidate(run), positions.choose);
  const answered = positions.choose.length - unanswered;
  const others = perPlace * (draftCount(positions, earlier) - answered) + OPENING_SECONDS;
  const steps = stepsOf(samples, request.neural?.maxSteps);
  const room = 60 * minutes - clock.elapsed() - others;
  // The user agreed to this training. If the machine is slower now, the run takes longer.
  const limit = Math.max(room, Math.min(LEAST_STEPS, steps) * perStep);
  const before = perPlace * (unanswered + (earlier ? positions.choose.length : 0));
  const expected = Math.min(limit, Math.max(1, steps * perStep));
  return { expected, limit, begins: clock.elapsed() + before };
}

/** Expected seconds of training after those that an interrupted one has had; 0: nothing is trained. */
export function trainingLeft({ request }: Run, time: TrainingTime | undefined): number {
  const status = trainingStatusOf(workFolder(request.specialistFolder));
  return Math.max(0, (time?.expected ?? 0) - (status?.kind === 'training' ? status.seconds : 0));
}
