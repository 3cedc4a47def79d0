// The last place of each folder that got no answer: asked about again when there is more to answer from. Pure.

/** Where the editor's own list may be open, so long after the last request who typed has paused, ms. */
export const LIST_PAUSE_MS = 500;

/** A document at a version with the cursor at a place; the same again means that nothing was typed since. */
export interface CursorPlace {
  readonly document: string;
  readonly version: number;
  readonly line: number;
  readonly character: number;
}

interface Asked {
  readonly place: string;
  state: 'asking' | 'nothing' | 'answered';
  /** There has been more to answer from since it was asked. */
  late: boolean;
}

export class Unanswered {
  private readonly last = new Map<string, Asked>();
  private repeating: string | undefined;

  /** A request has come; what the one before it got does not matter now. */
  begin(folder: string, place: CursorPlace): void {
    this.last.set(folder, { place: keyOf(place), state: 'asking', late: false });
  }

  /** It was answered. */
  answered(folder: string, place: CursorPlace): void {
    const asked = this.of(folder, place);
    if (asked) asked.state = 'answered';
  }

  /** It got nothing. True: there has been more to answer from since it was asked; the request that follows is announced. */
  nothing(folder: string, place: CursorPlace): boolean {
    const asked = this.of(folder, place);
    if (!asked) return false;
    asked.state = 'nothing';
    if (asked.late) this.announce(place);
    return asked.late;
  }

  /**
   * Whether to ask again: the cursor still stands at the place that got nothing, or stands in text that was typed before
   * anybody could be asked. The request that follows is announced.
   */
  repeat(folder: string, place: CursorPlace, typed: boolean): boolean {
    const asked = this.last.get(folder);
    if (asked?.state === 'asking') asked.late = true;
    const wanted = asked ? asked.state === 'nothing' && asked.place === keyOf(place) : typed;
    if (wanted) this.announce(place);
    return wanted;
  }

  /** The next request at this place is ours, until `isRepeat` has told so once: the editor calls it the user's own. */
  announce(place: CursorPlace): void {
    this.repeating = keyOf(place);
  }

  isRepeat(place: CursorPlace): boolean {
    const is = this.repeating === keyOf(place);
    if (is) this.repeating = undefined;
    return is;
  }

  private of(folder: string, place: CursorPlace): Asked | undefined {
    const asked = this.last.get(folder);
    return asked?.place === keyOf(place) ? asked : undefined;
  }
}

function keyOf({ document, version, line, character }: CursorPlace): string {
  return `${version} ${line} ${character} ${document}`;
}
