// What all benchmarks share: their options, the figures that they give, and the row by which main.ts knows them.

export interface BenchOptions {
  /** Folder of recorded completions; undefined: bench/data. */
  readonly recordings: string | undefined;
  /** Folder of recorded text tasks; undefined: where they lie beside the repository. */
  readonly data: string | undefined;
  /** Folders of models to measure beside those in models/. */
  readonly model: readonly string[] | undefined;
  /** Folder of repositories whose commits are replayed; undefined: bench/data/commits. */
  readonly repositories: string | undefined;
  /** Names of those to measure, separated by commas, the first the one that others are compared with; undefined: all. */
  readonly bases: string | undefined;
  /** Names of the display rules to type with, separated by commas; undefined: all. */
  readonly rules: string | undefined;
  /** Sections of the benchmark, separated by commas; undefined: all. */
  readonly only: string | undefined;
  /** Recorded cursors of each package, a seeded choice; undefined: all. */
  readonly places: number | undefined;
  /** Minutes of training in an adaptation run; undefined: the product's default. */
  readonly minutes: number | undefined;
  /** The virtual clock counts this part of a neural draft's processor time: 1 divided by it. Undefined: 1. */
  readonly faster: number | undefined;
  /** 'virtual': time as the models' work says; 'real': the product's processes, as fast as this machine has them. */
  /** 'recorded': a large model that is right as often as its recorded answers are; undefined: none. */
  readonly llm: string | undefined;
  /** Folder for the prompts of the evidence benchmark. */
  readonly into: string | undefined;
  /** PROVIDER/MODEL of a large model that is asked, and the address of its server; undefined: none is. */
  readonly ask: string | undefined;
  readonly url: string | undefined;
  /** Folder of answers to them; undefined: bench/data/evidence. */
  readonly answers: string | undefined;
  /** 'cassettes': the recorded answers of models for next edits; undefined: those of a frontier model. */
  readonly replies: string | undefined;
  /** The figures become the baseline instead of being compared with it. */
  readonly write: boolean | undefined;
}

/** Numbers and texts by kebab-case key, nested. */
export type Figures = { readonly [key: string]: number | string | Figures };

export type Keep = (figures: Figures) => void;

export interface Benchmark {
  readonly name: string;
  /** For the list of benchmarks. */
  readonly what: string;
  /** Options that it takes, beside --json. */
  readonly takes: readonly (keyof BenchOptions)[];
  /**
   * Prints its figures as it finds them.
   * @param keep told of all that was measured so far: who runs out of time has it on disk
   */
  readonly run: (options: BenchOptions, keep: Keep) => Promise<Figures>;
}
