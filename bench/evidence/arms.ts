// The figures of answered arms side by side, and of the pair of local and large model by share of calls.

import { interval } from '../../src/common/statistics/bootstrap.ts';
import type { Figures } from '../figures.ts';

/** An item with who was right. */
export interface JudgedItem {
  readonly document: string;
  readonly estimate: number;
  readonly localRight: boolean;
  /** Arm → whether the large model was right. */
  readonly right: Readonly<Record<string, boolean>>;
  readonly memory: boolean;
}

/** Shares of calls in %, at which the pair is shown. */
const SHARES = [25, 40, 50, 60, 70, 80, 90, 100];

const share = (items: readonly JudgedItem[], of: (item: JudgedItem) => boolean) =>
  items.filter(of).length / items.length;

/** What the product sends; the pair's own figures have it as large model. */
const INFORMED = 'informed';

/** The share right of each arm, `A-over-B` with its interval by document, and the pair by share of calls. */
export function armFigures(items: readonly JudgedItem[], arms: readonly string[]): Figures {
  const right = (arm: string) => (item: JudgedItem) => item.right[arm] === true;
  const pairs = arms.flatMap((later, i) => arms.slice(0, i).map((earlier) => [earlier, later] as const));
  const known = items.filter(({ memory }) => !memory);
  return {
    items: items.length,
    local: share(items, ({ localRight }) => localRight),
    ...Object.fromEntries(arms.map((arm) => [arm, share(items, right(arm))])),
    ...Object.fromEntries(pairs.map(([a, b]) => [`${b}-over-${a}`, difference(items, right(b), right(a))])),
    ...(arms.includes(INFORMED) && pairFigures(items, right(INFORMED))),
    ...Object.fromEntries(
      arms.filter((arm) => arm !== INFORMED).map((arm) => [`pair-with-${arm}`, pairFigures(items, right(arm))]),
    ),
    ...(known.length < items.length &&
      known.length > 0 && {
        'without-memory': {
          items: known.length,
          ...Object.fromEntries(arms.map((arm) => [arm, share(known, right(arm))])),
        },
      }),
  };
}

function difference(
  items: readonly JudgedItem[],
  after: (item: JudgedItem) => boolean,
  before: (item: JudgedItem) => boolean,
): Figures {
  const gain = (of: readonly JudgedItem[]) => share(of, after) - share(of, before);
  const documents = [...Map.groupBy(items, ({ document }) => document).values()];
  return {
    value: gain(items),
    ...interval([documents], ([drawn = []]) => gain(drawn.flat())),
    won: items.filter((item) => after(item) && !before(item)).length,
    lost: items.filter((item) => before(item) && !after(item)).length,
  };
}

/** The surest items are answered locally, the others by the large model. */
export function pairFigures(items: readonly JudgedItem[], byLarge: (item: JudgedItem) => boolean): Figures {
  const surest = items.toSorted((a, b) => b.estimate - a.estimate);
  return Object.fromEntries(
    SHARES.map((calls) => {
      const local = Math.round((1 - calls / 100) * items.length);
      const right = surest.filter((item, i) => (i < local ? item.localRight : byLarge(item))).length;
      return [`pair-at-${calls}`, right / items.length];
    }),
  );
}
