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
