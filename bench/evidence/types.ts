// What the evidence benchmark writes and reads.

/** A recorded cursor or text, with a prompt for each arm. */
export interface EvidenceItem {
  readonly id: string;
  /** A file, or the text itself: what differences are resampled by. */
  readonly document: string;
  readonly offset: number;
  /** The local model's calibrated estimate that its own answer is right. */
  readonly estimate: number;
  readonly localRight: boolean;
  /** Arm → prompt. */
  readonly prompts: Readonly<Record<string, EvidencePrompt>>;
}

/** The system text is the same for all items of an arm. */
export interface EvidencePrompt {
  readonly system: string;
  readonly user: string;
}

export interface EvidenceSet {
  readonly name: string;
  readonly items: readonly EvidenceItem[];
}
