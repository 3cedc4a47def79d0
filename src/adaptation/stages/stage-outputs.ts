// The dependencies of a run, its state, and the outputs of its stages.
import type { Failure } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { Progress } from '../../common/progress.ts';
import type { LlmClient, Prompt } from '../../llm/protocol/models.ts';
import type { Sha256 } from '../../neural/models/manifest.ts';
import type { CursorExample } from '../../prompts/completion/cursor-examples.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import type { Engine } from '../../specialist/engine/client.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import type { PositionLedger } from '../../storage/position-ledger.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import type { PlanParts, RemainingWork } from '../report/countdown.ts';
import type { ApiLabels, ReportFigures as Figures, ScoredPosition } from '../report/figures.ts';
import type { FirstLook } from '../report/first-look.ts';
import type { AdaptReport, NeuralFailure, NeuralReport } from '../report/types.ts';
import type { Samples } from '../training-data/samples.ts';
import type { AdaptRequest, ApiEstimate, AskPlan } from '../types.ts';
import type { MeasuredModel, ModelCandidate } from './choose.ts';
import type { HeldOut, HeldOutPositions } from './held-out-positions.ts';
import type { NeuralSession } from './neural-session.ts';
import type { StageRunner } from './stage-runner.ts';
import type { Training } from './training.ts';

export interface RunDeps {
  /** The engine, which a request with a neural part needs. */
  readonly engine?: Engine | undefined;
  /** Undefined: local only. */
  readonly llm: LlmClient | undefined;
  /** Absent: the run begins with its first plan, and pays for nothing. */
  readonly askPlan?: AskPlan | undefined;
  /** Stores answers and finished stages, for a resumed or later run. */
  readonly ledger?: PositionLedger | undefined;
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

/** State of a run. */
export interface Run extends RunDeps {
  readonly request: AdaptRequest;
  readonly held: HeldOut;
  readonly positions: HeldOutPositions;
  /** False if an earlier model was trained on most of the held-out files. */
  readonly judgesEarlier: boolean;
  readonly tokenizer: Tokenizer;
  readonly log: Log;
  /** For the report: omitted parts and the reasons. */
  readonly notes: string[];
  /** For the report; set by the latest failure of the neural part. */
  neuralFailure: NeuralFailure | undefined;
  /** The failure that ended the calls to the API early. */
  apiStopped: Failure | undefined;
  /** Answers of the API in this run and their cost. */
  readonly paid: { answers: number; usd: number };
  /** Priced labellings by `LabelingPlan.identity`, so that none is computed twice. */
  readonly priced: Map<string, PricedLabeling>;
  /** Identities of the models that were measured. */
  readonly models: Set<string>;
  /** Seconds since the start, without sleep of the machine and without `excludeFromBudget`. */
  readonly elapsed: () => number;
  /** Runs work whose time does not count against the budget: questions to the user, API calls, the first look. */
  readonly excludeFromBudget: <T>(work: () => Promise<T>) => Promise<T>;
  /** Updates the estimate of the time left. */
  readonly plan: (ahead: RemainingWork) => void;
  /** Seconds of each part of a plan. */
  readonly partsOf: (ahead: RemainingWork) => PlanParts;
}

/** Names of the folder's splits. */
export type SplitName = keyof HeldOut;
export type LearnStages = StageRunner<StageOutputs, SplitName, Run>;

export interface StageOutputs {
  pace: Pace;
  /** N-grams of the training files. */
  index: NgramModel;
  /** Drafts of the n-grams alone, at validation and test positions. */
  ngramsAtValidation: readonly ScoredPosition[];
  ngramsAtTest: readonly ScoredPosition[];
  session: NeuralSession;
  firstLook: FirstLook;
  agreed: Agreement;
  /** Time limit of a run that trains; 0: it does not. */
  minutes: number;
  /** Undefined: the API is not asked. */
  labelingPlan: LabelingPlan | undefined;
  samples: Samples;
  plan: TrainingPlan;
  ahead: RemainingWork;
  base: MeasuredModel;
  /** The model of an earlier adaptation; undefined: none that could be measured. */
  earlier: MeasuredModel | undefined;
  training: Training;
  mixture: FittedMixture;
  adapted: MeasuredModel;
  /** The model to use after the run; undefined: there is no neural model. */
  chosen: Chosen | undefined;
  /** Drafts at the test positions. */
  testedBase: readonly ScoredPosition[];
  tested: readonly ScoredPosition[];
  served: ServedDrafts;
  labels: ApiLabels | undefined;
  asked: Asked;
  learned: FittedRun;
}

/** A position with the prompt that asks for its label. */
export interface ToAsk {
  readonly example: CursorExample;
  readonly prompt: Prompt;
}

/** Held-out positions for the API to label. Its requests show drafts that are made later. */
export interface LabelingPlan {
  readonly llm: LlmClient;
  /** Of model, limits and held-out positions. */
  readonly identity: string;
  readonly validation: readonly CursorExample[];
  readonly test: readonly CursorExample[];
  /** The test positions again, with what a plain API call sees. */
  readonly bare: readonly ToAsk[];
  /** False: an earlier run asked all, and only its stored answers are used. */
  readonly approved: boolean;
}

/** Positions to label, and what their unknown answers cost. */
export interface PricedLabeling extends Omit<LabelingPlan, 'approved'> {
  /** Absent: every answer is known, or there is no position. */
  readonly estimate: ApiEstimate | undefined;
}

/** Whether a run has asked all at the held-out positions. Stored. */
export interface Asked {
  readonly whole: boolean;
  /** See `LabelingPlan.identity`. */
  readonly as: string | undefined;
}

/** Speed of this machine. */
export interface Pace {
  /** Absent: it cannot be trained here. */
  readonly base?: TimedBase;
  /** Why it cannot. */
  readonly why?: string;
}

/** The base as it is trained here. Times are in seconds. */
export interface TimedBase {
  readonly name: string;
  /** A training step, with its share of the validations. */
  readonly perStep: number;
  /** The fewest steps that improve a model. */
  readonly steps: number;
  /** The measurements of a run, and the whole run with the fewest steps. */
  readonly measuring: number;
  readonly needs: number;
}

/** What the user agreed to. */
export interface Agreement {
  /** Absent: nothing is trained. */
  readonly training?: TimedBase;
  /** Time limit of the run. */
  readonly minutes: number;
  /** How often the number of positions is halved (see `halved`), and the seconds of a draft at one. */
  readonly halvings: number;
  readonly perPlace: number;
  /** Whether the large model may be paid. */
  readonly api: boolean;
  /** Why nothing is trained. */
  readonly why?: string;
  /** Set when the run ends: the next one asks again. */
  readonly over?: true;
}

export interface TrainingPlan {
  /** Expected seconds of training; 0: the base is already trained, or none is. */
  readonly training: number;
  /** Time limit of training, seconds. */
  readonly limit: number;
  /** Why nothing is trained. */
  readonly why?: string;
  /** Planned start of training, seconds as in `Run.elapsed`. */
  readonly begins: number;
}

/** Identifies the fitted mixture that is stored beside the adapted model. */
export interface FittedMixture {
  /** Hashes of the model's weights and of the mixture's file; null: there is no mixture. */
  readonly of: Sha256;
  readonly file: Sha256 | null;
}

export interface Chosen {
  readonly used: MeasuredModel;
  readonly base: MeasuredModel;
  readonly training: Training | undefined;
  /** The part of the report that is known before the test. */
  readonly report: Pick<NeuralReport, 'why' | 'chosenFrom'>;
}

/** The drafts that completions will show after the run, at the measured positions. */
export interface ServedDrafts {
  readonly choose: readonly ScoredPosition[];
  readonly test: readonly ScoredPosition[];
  /** Absent: the n-grams alone. */
  readonly neural?: { readonly used: MeasuredModel; readonly report: Omit<NeuralReport, 'ngramRouter'> };
}

export interface FittedRun {
  readonly router: RouterModel;
  readonly figures: Figures | undefined;
  readonly neural: NeuralReport | undefined;
  /** The neural model to use from now on. */
  readonly used: ModelCandidate | undefined;
}
