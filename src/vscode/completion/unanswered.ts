// The last unanswered request of each folder, which is repeated when a better answer may be available. Pure.

/** Where the editor's own list may be open, this long after the last request counts as a pause in typing, ms. */
export const LIST_PAUSE_MS = 500;

/** A document at a version with a cursor position; if equal, nothing was typed since. */
export interface CursorPlace {
  readonly document: string;
  readonly version: number;
  readonly line: number;
  readonly character: number;
}

interface Asked {
  readonly place: string;
  state: 'asking' | 'nothing' | 'answered';
  /** A better answer may have become available since the request. */
  late: boolean;
}

export class Unanswered {
  private readonly last = new Map<string, Asked>();
  private repeating: string | undefined;

  /** Records a request, which replaces the one before. */
  begin(folder: string, place: CursorPlace): void {
    this.last.set(folder, { place: keyOf(place), state: 'asking', late: false });
  }

  /** The request was answered. */
  answered(folder: string, place: CursorPlace): void {
    const asked = this.of(folder, place);
    if (asked) asked.state = 'answered';
  }

  /** The request got no answer. True: a better answer may have become available since, so the caller repeats it. */
  nothing(folder: string, place: CursorPlace): boolean {
    const asked = this.of(folder, place);
    if (!asked) return false;
    asked.state = 'nothing';
    if (asked.late) this.announce(place);
    return asked.late;
  }

  /**
   * Whether to repeat the request: the cursor is still at the unanswered position, or in text that was typed before a
   * request was possible. The caller repeats it.
   */
  repeat(folder: string, place: CursorPlace, typed: boolean): boolean {
    const asked = this.last.get(folder);
    if (asked?.state === 'asking') asked.late = true;
    const wanted = asked ? asked.state === 'nothing' && asked.place === keyOf(place) : typed;
    if (wanted) this.announce(place);
    return wanted;
  }

  /**
   * The next request at this position is our repetition, which the editor reports as manual. `isRepeat` tells so once.
   */
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
