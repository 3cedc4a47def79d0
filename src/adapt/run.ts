// A run: its request, what it may use, the folder's split files, and what its stages share.
import { CodedError, type Failure } from '../common/errors.ts';
import { type Log, mappedLog, silentLog } from '../common/log.ts';
import type { Progress } from '../common/progress.ts';
import type { LlmClient } from '../llm/protocol/models.ts';
import type { RouterModel } from '../routing/router-model.ts';
import type { Engine } from '../specialist/engine/engine-protocol.ts';
import type { RunStore } from '../storage/run-store.ts';
import type { Tokenizer } from '../text/tokenizer/bpe.ts';
import type { Harvest } from '../workspace/files/folder.ts';
import { redactText } from '../workspace/secrets/secrets.ts';
import type { BudgetClock } from './budget-clock.ts';
import { digestsOf, type HeldOut, type HeldOutPositions, heldOutFor, heldOutPositions } from './held-out-positions.ts';
import { isModel, ownFolder } from './models/folder-models.ts';
import type { StageName, Tell } from './progress.ts';
import type { AdaptReport, NeuralFailure } from './report/adapt-report.ts';
import type { Countdown, PlanParts, RemainingWork } from './report/countdown.ts';
import type { AdaptRequest, AskPlan, NeuralAccess } from './request/adapt-request.ts';
import { Steps } from './step.ts';

export interface RunDeps {
  /** The engine, which a request with a neural part needs. */
  readonly engine?: Engine | undefined;
  /** Undefined: local only. */
  readonly llm: LlmClient | undefined;
  /** Absent: the run begins with its first plan, and pays for nothing. */
  readonly askPlan?: AskPlan | undefined;
  /** Stores answers and finished steps, for a resumed or later run. */
  readonly runStore?: RunStore | undefined;
  /** Identity of the drafting programs (see `programOf`). Stored drafts of other programs are not reused. */
  readonly program?: string;
  /** Stores a finished run. */
  readonly record: (run: { startedAt: number; finishedAt: number; report: AdaptReport; router: RouterModel }) => void;
  readonly progress?: Progress;
  readonly signal: AbortSignal;
  readonly log?: Log;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

export interface Run extends Omit<RunDeps, 'record' | 'progress' | 'now'> {
  readonly request: AdaptRequest;
  readonly held: HeldOut;
  /** Digest of each split: paths and redacted texts of its files. */
  readonly digests: Readonly<Record<keyof HeldOut, string>>;
  readonly positions: HeldOutPositions;
  /** False if an earlier model was trained on most of the held-out files. */
  readonly judgesEarlier: boolean;
  readonly tokenizer: Tokenizer;
  readonly log: Log;
  readonly steps: Steps;
  readonly clock: BudgetClock;
  /** Reports progress of a stage. */
  readonly stage: (name: StageName) => Tell;
  /** Updates the estimate of the time left. */
  readonly expect: (remaining: RemainingWork) => void;
  /** Seconds of each part of a plan. */
  readonly partsOf: (remaining: RemainingWork) => PlanParts;
  /** For the report: omitted parts and the reasons. */
  readonly notes: string[];
  /** For the report; set by the latest failure of the neural part. */
  neuralFailure: NeuralFailure | undefined;
  /** The failure that ended the calls to the API early. */
  apiStopped: Failure | undefined;
  /** Answers of the API in this run and their cost. */
  readonly paid: { answers: number; usd: number };
  /** Identities of the models that were measured. */
  readonly models: Set<string>;
}

/** The folder's files are split by path alone. An earlier model is not judged on what it was trained on. */
export function runOf(
  request: AdaptRequest,
  deps: RunDeps,
  { files, report, secrets }: Harvest,
  { tokenizer, clock, countdown }: Pick<Run, 'tokenizer' | 'clock'> & { readonly countdown: Countdown },
): Run {
  const measuresEarlier = request.effort === 'adapt' && request.neural !== undefined;
  const { held, judgesEarlier } = heldOutFor(files, measuresEarlier ? ownFolder(request.specialistFolder) : undefined);
  return {
    ...deps,
    request,
    held,
    judgesEarlier,
    tokenizer,
    clock,
    digests: digestsOf(held),
    positions: heldOutPositions(held),
    log: mappedLog(deps.log ?? silentLog, (line) => redactText(line, '', [secrets]).text),
    steps: new Steps(deps.runStore),
    stage: (stage) => (update) => countdown.tell({ stage, ...update }),
    expect: (remaining) => countdown.plan(remaining),
    partsOf: (remaining) => countdown.partsOf(remaining),
    notes: [...report.faults],
    neuralFailure: undefined,
    apiStopped: undefined,
    paid: { answers: 0, usd: 0 },
    models: new Set(),
  };
}

/** Throws CodedError if there is no engine or no base model; the run then continues without a neural model. */
export function accessOf({ engine, request: { neural } }: Run): NeuralAccess {
  if (!engine) throw new CodedError('unsupported', 'There is no neural engine here.');
  if (!neural || !isModel(neural.base)) throw new CodedError('unreadable', 'The base model is not installed.');
  return neural;
}

export function engineOf({ engine }: Run): Engine {
  if (!engine) throw new CodedError('unsupported', 'There is no neural engine here.');
  return engine;
}
