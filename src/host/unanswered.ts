// The last place of each folder that got no answer: asked about again when there is more to answer from. Pure.

/** A document at a version with the cursor at a place; the same again means that nothing was typed since. */
export interface CursorPlace {
  readonly document: string;
  readonly version: number;
  readonly line: number;
  readonly character: number;
}

export class Unanswered {
  private readonly last = new Map<string, string>();
  private readonly seen = new Set<string>();
  private repeating: string | undefined;

  /** A request has come; what the one before it got does not matter now. */
  begin(folder: string): void {
    this.seen.add(folder);
    this.last.delete(folder);
  }

  /** It got nothing. */
  note(folder: string, place: CursorPlace): void {
    this.last.set(folder, keyOf(place));
  }

  /**
   * Whether to ask again: the cursor still stands at the place that got nothing, or stands in text that was typed before
   * anybody could be asked. The request that follows is this class's, until `isRepeat` has told so once.
   */
  repeat(folder: string, place: CursorPlace, typed: boolean): boolean {
    const key = keyOf(place);
    const wanted = this.seen.has(folder) ? this.last.get(folder) === key : typed;
    if (wanted) this.repeating = key;
    return wanted;
  }

  /** True once for the request that `repeat` announced: the editor calls it the user's own. */
  isRepeat(place: CursorPlace): boolean {
    const is = this.repeating === keyOf(place);
    if (is) this.repeating = undefined;
    return is;
  }
}

function keyOf({ document, version, line, character }: CursorPlace): string {
  return `${version} ${line} ${character} ${document}`;
}
