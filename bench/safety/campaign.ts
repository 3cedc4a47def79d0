// What a campaign against the extension is: attacks that are counted, a row for each kind of them.

/** How often one thing was tried, and how often the extension did what it promises. */
export interface CampaignRow {
  /** The promise that is attacked, e.g. 'secrets: prompt'. Rows of a group stand together. */
  readonly group: string;
  /** The attack, e.g. 'carrier yaml'. */
  readonly what: string;
  /** tried = held + failed: what could not be tried is no row. */
  readonly tried: number;
  readonly held: number;
  readonly failed: number;
  /** Figures and examples of what failed; short. */
  readonly notes?: readonly string[];
}

export interface CampaignOptions {
  /** The same seed tries the same. */
  readonly seed: number;
}

export interface Campaign {
  /** For `--only`, kebab-case. */
  readonly name: string;
  readonly what: string;
  /** Hands every row over as soon as it is known. A failure of the campaign itself is thrown. */
  readonly run: (show: (row: CampaignRow) => void, options: CampaignOptions) => Promise<void>;
}

/** Counts tries one by one, and keeps the first few notes on those that failed. */
export class Tally {
  private held = 0;
  private failed = 0;
  private readonly notes: string[] = [];

  try(holds: boolean, note?: string): void {
    if (holds) this.held++;
    else this.failed++;
    if (!holds && note !== undefined && this.notes.length < 5) this.notes.push(note);
  }

  row(group: string, what: string): CampaignRow {
    const { held, failed, notes } = this;
    return { group, what, tried: held + failed, held, failed, ...(notes.length > 0 ? { notes } : {}) };
  }
}
