// What a run has when it begins, and what its stages make.
import type { Log } from '../../common/log.ts';
import type { Progress } from '../../common/progress.ts';
import type { Prompt } from '../../llm/protocol/prompt.ts';
import type { LlmClient } from '../../llm/types.ts';
import type { Sha256 } from '../../neural/models/manifest.ts';
import type { CursorExample } from '../../prompts/completion/cursor-places.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import type { Engine } from '../../specialist/engine/client.ts';
import type { NgramModel } from '../../specialist/ngram/model.ts';
import type { PlainWeights } from '../../specialist/ngram/weights.ts';
import type { PlaceLedger } from '../../storage/place-ledger.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import type { RemainingWork } from '../report/countdown.ts';
import type { ReportFigures as Figures } from '../report/figures.ts';
import type { FirstLook } from '../report/first-look.ts';
import type { ApiLabels, ScoredPlace } from '../report/scored.ts';
import type { AdaptReport, NeuralReport } from '../report/types.ts';
import type { Samples } from '../training-data/training-set.ts';
import type { AdaptRequest, ConfirmSpending } from '../types.ts';
import type { MeasuredModel, ModelCandidate } from './choose.ts';
import type { NeuralSession } from './neural-session.ts';
import type { HeldOut, HeldOutPositions } from './places.ts';
import type { StageRunner } from './stage-runner.ts';
import type { Training } from './training.ts';

export interface RunDeps {
  /** For a request with a neural part. */
  readonly engine?: Engine | undefined;
  /** Asks, records and pays; undefined for local only. */
  readonly llm: LlmClient | undefined;
  readonly confirm: ConfirmSpending;
  /** Where what is measured is kept, for the next run or this one begun anew. */
  readonly ledger?: PlaceLedger | undefined;
  /** Of the programs that draft, see `programOf`: what another one has answered is asked anew. */
  readonly program?: string;
  /** Keeps a finished run. */
  readonly record: (run: { startedAt: number; finishedAt: number; report: AdaptReport; coupling: RouterModel }) => void;
  readonly progress?: Progress;
  readonly signal: AbortSignal;
  readonly log?: Log;
  /** ms, of a clock that only goes on. */
  readonly now?: () => number;
}

/** A run under way. */
export interface Run extends RunDeps {
  readonly request: AdaptRequest;
  readonly held: HeldOut;
  readonly places: HeldOutPositions;
  /** False where an earlier model has learned most of what is held out. */
  readonly judgesEarlier: boolean;
  readonly tokenizer: Tokenizer;
  readonly log: Log;
  /** For the report: what was done without, and why. */
  readonly notes: string[];
  /** What the API has answered in this run, and what that cost. */
  readonly paid: { answers: number; usd: number };
  /** Identities of the models that were measured. */
  readonly models: Set<string>;
  /** Seconds since it began, without what does not count against the budget and the machine's sleep. */
  readonly elapsed: () => number;
  /** What the user and the API take does not count among the minutes of the run. */
  readonly excludeFromBudget: <T>(work: () => Promise<T>) => Promise<T>;
  /** What is ahead is known: it is said, with what is to be known beside, and from here on progress says what is left. */
  readonly plan: (ahead: RemainingWork, why: string | undefined) => void;
  /** It is known better. */
  readonly replan: (ahead: RemainingWork) => void;
}

/** Splits of the folder, signed by their files. */
export type SplitName = keyof HeldOut;
export type LearnStages = StageRunner<StageOutputs, SplitName, Run>;

export interface StageOutputs {
  /** The training files' n-grams, with the weights that ship. */
  index: NgramModel;
  /** What they are mixed with; null: the folder is too small to fit any. */
  weights: PlainWeights | null;
  /** Drafts of the n-grams alone, at validation and at test places. */
  calibrated: readonly ScoredPlace[];
  measured: readonly ScoredPlace[];
  session: NeuralSession;
  firstLook: FirstLook;
  scale: Scale;
  /** Undefined: the API is not asked. */
  asking: LabelingPlan | undefined;
  taught: Taught;
  samples: Samples;
  plan: TrainingPlan;
  ahead: RemainingWork;
  base: MeasuredModel;
  /** What was adapted before; undefined: nothing that could be measured. */
  earlier: MeasuredModel | undefined;
  training: Training;
  mixture: FittedMixture;
  adapted: MeasuredModel;
  /** Which model stays; undefined: there is no neural model. */
  chosen: Chosen | undefined;
  /** At the test places, once. */
  testedBase: readonly ScoredPlace[];
  tested: readonly ScoredPlace[];
  labels: ApiLabels | undefined;
  learned: FittedRun;
}

export interface ToAsk {
  readonly example: CursorExample;
  readonly prompt: Prompt;
}

/** What the API is asked in a run, agreed to. */
export interface LabelingPlan {
  readonly llm: LlmClient;
  /** See `askedAs`. */
  readonly as: string;
  readonly teach: readonly ToAsk[];
  readonly validation: readonly ToAsk[];
  readonly test: readonly ToAsk[];
}

/** Whether the API is right at places of the training files. Plain data, without the folder's text. */
export interface Taught {
  readonly answers: readonly {
    readonly path: string;
    /** Of the cursor, and of what the author wrote behind it, UTF-16 units. */
    readonly offset: number;
    readonly length: number;
    readonly right: boolean;
  }[];
  /** All that was to be asked was answered: a later run over the same files, that would ask the same, asks nothing. */
  readonly whole: boolean;
  /** See `askedAs`; absent: it was not asked. */
  readonly as?: string;
}

/** How many places a run measures at, and seconds that a draft with its loss takes at one. */
export interface Scale {
  /** See `halved`. */
  readonly halvings: number;
  readonly perPlace: number;
}

export interface TrainingPlan extends Scale {
  /** Name of the base's folder that is adapted, beside that of the one that serves. */
  readonly base: string;
  /** Seconds that it is likely to take; 0: it is trained already, or nothing is. */
  readonly training: number;
  /** And may take at most. */
  readonly limit: number;
  /** Why a smaller base is adapted, or none. */
  readonly why?: string;
  /** Seconds of the run at which training is to begin. */
  readonly begins: number;
}

/** The adapted model's mixture is fitted, and lies beside it. */
export interface FittedMixture {
  /** Weights of the model that it is for, and the mixture's own file; null: there was nothing to fit it on, and none to begin with. */
  readonly of: Sha256;
  readonly file: Sha256 | null;
}

export interface Chosen {
  readonly used: MeasuredModel;
  readonly base: MeasuredModel;
  readonly training: Training | undefined;
  /** Of the report what is known before the test. */
  readonly report: Pick<NeuralReport, 'why' | 'chosenFrom'>;
}

export interface FittedRun {
  readonly coupling: RouterModel;
  readonly figures: Figures | undefined;
  readonly neural: NeuralReport | undefined;
  /** The neural model that is to be in use. */
  readonly used: ModelCandidate | undefined;
}
