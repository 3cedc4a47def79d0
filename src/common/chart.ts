// The picture of a report: a bar for each model, in a terminal a line.
interface Range {
  readonly low: number;
  readonly high: number;
}

export interface Bar {
  readonly name: string;
  /** Share of right answers, 0..1, with its 95% interval; without one: all positions are in one file. */
  readonly share: number;
  readonly low?: number;
  readonly high?: number;
  /** The share that was expected before it was measured. */
  readonly expected?: number;
  /** '13.3% (8.2% to 18.6%)' */
  readonly figure: string;
  /** Number of positions, if no table beside the bars has it. */
  readonly places?: number;
  /** A comparison in words. */
  readonly note?: string;
}

export interface Chart {
  readonly bars: readonly Bar[];
}

/**
 * The note of a bar that is compared with the previous one. Both were measured at the same places, so their difference
 * tells more than their own intervals do.
 * @param difference its 95% interval; absent: nothing is said
 */
export function comparedWithPrevious(difference: Range | undefined): Pick<Bar, 'note'> {
  return difference && holdsZero(difference) ? { note: 'No difference from the previous one' } : {};
}

export function holdsZero({ low, high }: Range): boolean {
  return low <= 0 && high >= 0;
}

/** What the note means; nothing without one. @param places 'positions' or 'texts' */
export function noteInWords(bars: readonly Bar[], places: string): string[] {
  if (!bars.some(({ note }) => note)) return [];
  return [`‘No difference’ means: too small to tell from chance at the same ${places} (95% interval).`];
}

/** A line for each bar, for a terminal. */
export function inLines({ bars }: Chart): string {
  const width = Math.max(...bars.map(({ name }) => name.length));
  const lines = bars.map(({ name, figure, places, note }) => {
    const words = [places === undefined ? figure : `${figure} of ${places}`, ...(note === undefined ? [] : [note])];
    return `  ${name.padEnd(width)}  ${words.join('. ')}`;
  });
  return lines.join('\n');
}
