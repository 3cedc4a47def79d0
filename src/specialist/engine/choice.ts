// Selects the base model: the largest that is fast enough on this machine, else the small one. Pure.
import type { Timing } from '../../neural/inference/timing.ts';

export interface Base {
  readonly name: string;
  readonly folder: string;
  /** Path of its tokenizer.json. */
  readonly tokenizer: string;
  /** Hash of its weights: the key of timings and locks. */
  readonly weights: string;
}

/**
 * Bases that need more for a line after a keystroke are not selected automatically, ms. The n-grams answer in
 * milliseconds meanwhile, and a draft that comes later waits for the next pause.
 */
export const LINE_LIMIT_MS = 400;

/** Why a larger base is not selected. */
export type Obstacle =
  | { readonly kind: 'untimed' }
  | { readonly kind: 'slow'; readonly timing: Timing & { readonly load?: number } }
  /** This window has no folder: it leaves the base to a window that has one. */
  | { readonly kind: 'no-folder' }
  /** Another window holds it in memory. */
  | { readonly kind: 'elsewhere' };

export type BaseReason =
  /** No other base is shipped. */
  | { readonly kind: 'only' }
  /** The setting names it, or its path. */
  | { readonly kind: 'named' }
  | { readonly kind: 'in-time'; readonly timing: Timing }
  | { readonly kind: 'instead'; readonly of: string; readonly obstacle: Obstacle }
  /** The setting names a base that does not exist or cannot be used. */
  | { readonly kind: 'not-found'; readonly setting: string; readonly why: string };

export interface BaseChoice {
  readonly base: Base;
  readonly reason: BaseReason;
}

export interface Circumstances {
  /** Shipped bases, smallest first; at least one. */
  readonly bases: readonly Base[];
  /** 'auto', or a base's name. */
  readonly setting: string;
  /** If the setting is a path: the base at this path, or why it cannot be used. */
  readonly baseAtPath?: { readonly base: Base } | { readonly why: string };
  readonly timingOf: (base: Base) => Timing | undefined;
  /** Excludes every base but the small one, whatever the timings. */
  readonly obstacle: Obstacle | undefined;
  /** Called last, for a base that would be selected: whether this window may hold it in memory. */
  readonly mayHold: (base: Base) => boolean;
}

export function chooseBase({ bases, setting, baseAtPath, timingOf, obstacle, mayHold }: Circumstances): BaseChoice {
  const [small] = bases as [Base, ...Base[]];
  const useSmallInsteadOf = (of: Base, obstacle: Obstacle): BaseChoice => ({
    base: small,
    reason: { kind: 'instead', of: of.name, obstacle },
  });
  if (setting !== 'auto') {
    const wanted = baseAtPath && 'base' in baseAtPath ? baseAtPath.base : bases.find(({ name }) => name === setting);
    if (wanted === undefined) {
      const why = baseAtPath && 'why' in baseAtPath ? baseAtPath.why : '';
      return { base: small, reason: { kind: 'not-found', setting, why } };
    }
    // An explicit setting skips timing; only one window may hold the model.
    if (wanted === small) return { base: small, reason: { kind: 'named' } };
    if (obstacle?.kind === 'no-folder') return useSmallInsteadOf(wanted, obstacle);
    return !mayHold(wanted)
      ? useSmallInsteadOf(wanted, { kind: 'elsewhere' })
      : { base: wanted, reason: { kind: 'named' } };
  }
  let fallback: BaseChoice | undefined;
  for (const base of [...bases].reverse()) {
    if (base === small) break;
    const timing = timingOf(base);
    const reasonAgainst = obstacle ?? obstacleIn(timing);
    if (reasonAgainst === undefined && mayHold(base))
      return { base, reason: { kind: 'in-time', timing: timing as Timing } };
    fallback ??= useSmallInsteadOf(base, reasonAgainst ?? { kind: 'elsewhere' });
  }
  return fallback ?? { base: small, reason: { kind: 'only' } };
}

function obstacleIn(timing: Timing | undefined): Obstacle | undefined {
  if (timing === undefined) return { kind: 'untimed' };
  return isSlow(timing) ? { kind: 'slow', timing } : undefined;
}

/** False if there is no timing. */
export function isSlow(timing: Timing | undefined): boolean {
  return timing !== undefined && timing.lineMs > LINE_LIMIT_MS;
}
