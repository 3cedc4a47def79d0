// The report of an adaptation: what the command line prints, the editor shows and the store keeps as JSON.
import type { AnswerSource } from '../../common/completion.ts';
import type { Sha256 } from '../../neural/models/manifest.ts';
import type { CursorKind } from '../../prompts/completion/cursor-examples.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import type { RiskBound } from '../../routing/types.ts';
import type { HarvestReport, Split } from '../../workspace/files/types.ts';

/** Quality on cursors of files that nothing was fitted on. Shares are 0..1. */
export interface Quality {
  readonly places: number;
  readonly exactMatch: number;
  readonly editSimilarity: number;
  /** Share right among the most confident 10, 20, 30, 50 % of the places. */
  readonly precisionAt: Readonly<Record<'10' | '20' | '30' | '50', number>>;
}

/** Of a neural model mixed with the n-grams. */
export interface MixedQuality extends Quality {
  /** Log loss of the mixture on what the authors wrote at the places, nats a token. Absent without places, and in reports of earlier versions. */
  readonly loss?: number;
}

export interface WorkedCompletion {
  readonly path: string;
  readonly line: number;
  readonly kind: CursorKind;
  /** The end of the text before the cursor, a line or two. */
  readonly before: string;
  readonly truth: string;
  readonly answer: string;
  readonly source: AnswerSource;
  readonly model: string;
  readonly right: boolean;
  /** 0: it was not timed. */
  readonly latencyMs: number;
  readonly reason: string;
}

/** Of the answers that were timed, ms. Of none undefined, and 0 in reports of earlier versions: a batch says nothing of how long an answer takes. */
export interface Latencies {
  readonly latencyP50Ms: number | undefined;
  readonly latencyP95Ms: number | undefined;
}

export interface ApiReport extends Latencies {
  readonly model: string;
  readonly asked: number;
  readonly failed: number;
  readonly exactMatch: number;
  readonly editSimilarity: number;
  /** On the test places where both answers are known: exact match of each alone and of the coupled pair, share sent to the API. */
  readonly testPlaces: number;
  readonly specialistExactMatch: number;
  readonly apiExactMatch: number;
  readonly coupledExactMatch: number;
  readonly coupledApiShare: number;
}

/** One place of the slider, on the test places. */
export interface SliderPoint {
  readonly balance: number;
  /** Share of all places that would go to the API. */
  readonly apiShare: number;
  /** Share right of the pair, where both answers are known; undefined where the API was not asked. */
  readonly right: number | undefined;
}

/** Of estimates that lie in the same tenth: their mean, the share that came true, and how many there are. */
export interface Reliability {
  readonly said: number;
  readonly right: number;
  readonly places: number;
}

/** A share of places that goes to the API, and the share of lines that is right then. */
export interface DeferralPoint {
  readonly apiShare: number;
  readonly right: number;
}

/** At the test places. */
export interface Curves {
  /** By rising share, where both answers are known: undefined where the API was not asked. The operating point is that of the set balance. */
  readonly deferral: { readonly pair: readonly DeferralPoint[]; readonly operating: DeferralPoint } | undefined;
  /** Of both estimates; empty where nobody knows. */
  readonly specialist: readonly Reliability[];
  readonly api: readonly Reliability[];
}

/** Places of one kind, and how likely either side is right there. */
export interface UnderfitRow {
  /** 'your test helpers' */
  readonly what: string;
  readonly places: number;
  /** As the coupling estimates it, on average; and what is known: so many were asked, so many right. */
  readonly api: number;
  readonly asked: number;
  readonly apiRight: number;
  /** Share right. */
  readonly specialist: number;
  /** Where the API was wrong, best where the specialist was right. */
  readonly example?: {
    readonly path: string;
    readonly line: number;
    readonly before: string;
    readonly truth: string;
    readonly api: string;
    readonly specialist: string;
  };
}

/** How the neural model was adapted, and what stays in use. */
export interface NeuralReport {
  /** 'earlier': an earlier adaptation, which was better; 'base': neither was. */
  readonly used: 'adapted' | 'earlier' | 'base';
  /** One sentence for people. */
  readonly why: string;
  /** On the same test places, measured once and last: n-grams alone, and mixed with them the base and the model in use. */
  readonly quality: Readonly<{ ngram: Quality; base: MixedQuality; earlier?: MixedQuality; adapted?: MixedQuality }>;
  /** On the same validation places: all that was chosen from. Absent in reports of earlier versions, which chose on the test places. */
  readonly chosenFrom?: Readonly<{ base: MixedQuality; earlier?: MixedQuality; adapted?: MixedQuality }>;
  /** Undefined where it was not trained; the notes say why. */
  readonly training: TrainingReport | undefined;
  /** Of the engine's process while it trained and drafted, bytes. */
  readonly peakMemoryBytes: number;
  /** For drafts that the n-grams make alone, where the engine is not there in time. The run's own coupling is for mixed ones. */
  readonly ngramCoupling: RouterModel;
}

export interface TrainingReport {
  /** Nats per token on the validation files that the mixture is fitted on, before and after. Undefined in a folder too small to hold any out. */
  readonly loss: { readonly before: number; readonly after: number } | undefined;
  /** The same after so many steps, in order, and of model and n-grams together, which says what is kept. Absent in reports of earlier versions. */
  readonly losses?: readonly { readonly step: number; readonly loss: number; readonly mixed?: number }[];
  readonly steps: number;
  /** Trained on, repetitions counted, and in one pass over the folder. */
  readonly tokens: number;
  readonly tokensPerEpoch: number;
  readonly tokensPerSecond: number;
  readonly minutes: number;
  readonly stopped: 'finished' | 'no-improvement' | 'out-of-time';
  readonly parameters: number;
  /** 'full fine-tuning' or 'adapters (LoRA)', and where it ran; each with its reason. */
  readonly method: string;
  readonly methodReason: string;
  readonly device: string;
  readonly deviceReason: string;
}

export interface AdaptReport {
  readonly folder: string;
  readonly harvest: HarvestReport;
  readonly splits: Readonly<Record<Split, number>>;
  /** Undefined for effort 'index', and where the folder is too small to hold files out. */
  readonly specialist: (Quality & { readonly latencyP50Ms: number; readonly latencyP95Ms: number }) | undefined;
  readonly byKind: Readonly<Partial<Record<CursorKind, Quality>>>;
  readonly coupling: Omit<RouterModel, 'parameters'> | undefined;
  readonly balance: number;
  /** The bound on the risk that stood beside it: `apiShare`, `api`'s pair and `slider` keep to it. Absent: none. */
  readonly risk?: RiskBound;
  /** What ships where it was made, by the bytes of the files. Absent in reports of earlier versions: what shipped with those. */
  readonly madeFor?: { readonly tokenizer: Sha256; readonly base?: Sha256 };
  /** Share of the test places that the policy would send to the API at the set balance. */
  readonly apiShare: number;
  readonly api: ApiReport | undefined;
  /** All that the API answered in the run, at places that teach, as texts that it wrote and at held-out places, and what that cost. Absent: nothing. */
  readonly paid?: { readonly model: string; readonly answers: number; readonly usd: number };
  /** What each place of the slider comes to, by rising balance. Absent in reports of earlier versions. */
  readonly slider?: readonly SliderPoint[];
  /** For the charts. Absent in reports of earlier versions, as is what follows. */
  readonly curves?: Curves;
  /** `byKind` without the adaptation: of the base, or of the n-grams alone where none was adapted. */
  readonly before?: Readonly<Partial<Record<CursorKind, Quality>>>;
  /** Where the API falls short of the specialist, or least ahead of it, first. Empty where it was not asked. */
  readonly underfit?: readonly UnderfitRow[];
  /** Undefined where the run had no neural part; the notes say why. Absent in reports of earlier versions. */
  readonly neural?: NeuralReport | undefined;
  readonly examples: readonly WorkedCompletion[];
  readonly notes: readonly string[];
  readonly elapsedMs: number;
  readonly peakMemoryBytes: number;
}
