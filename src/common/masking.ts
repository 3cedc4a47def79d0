// Secrets out of texts and paths, as the rooms that store and send see it. What they mask with is all that is known of
// the folder.

/** Whether a text is a window of a longer one, cut where a secret may lie: half of one at that edge is masked too. */
export interface CutEdges {
  readonly start?: boolean;
  readonly end?: boolean;
}

/**
 * Both keep lengths: a masked text can be cut where the text would have been. Rejects only where masking is broken:
 * nothing is sent then.
 */
export interface Masking {
  /** @param path the text's file, unmasked: it decides which rules apply */
  text(text: string, path: string, cut?: CutEdges): Promise<string>;
  path(path: string): Promise<string>;
}
