// Which base serves on this machine now, and why: the largest that answers in time, else the small one. Pure.
import type { Timing } from '../../neural/decoding/timing.ts';

/** A base that could serve. */
export interface Base {
  readonly name: string;
  readonly folder: string;
  /** Path of its tokenizer.json. */
  readonly tokenizer: string;
  /** Of its weights: what is measured and shared by. */
  readonly weights: string;
}

/** A base serves where a line comes within this after a key, and a new place within that, ms. */
export const LIMITS = { lineMs: 100, promptMs: 500 } as const;

/** Why a base does not serve although it is larger. */
export type Obstacle =
  | { readonly kind: 'untimed' }
  | { readonly kind: 'slow'; readonly timing: Timing }
  /** Drafts have taken much longer than was measured. */
  | { readonly kind: 'late'; readonly lineMs: number }
  | { readonly kind: 'battery' }
  /** This window has no folder: it is left to one that has. */
  | { readonly kind: 'no-folder' }
  /** Another window has it. */
  | { readonly kind: 'elsewhere' };

export type BaseReason =
  /** The only one that came with the extension. */
  | { readonly kind: 'only' }
  /** The setting names it. */
  | { readonly kind: 'named' }
  | { readonly kind: 'in-time'; readonly timing: Timing }
  | { readonly kind: 'instead'; readonly of: string; readonly obstacle: Obstacle }
  /** The setting names what is not there, or cannot be used. */
  | { readonly kind: 'not-found'; readonly setting: string; readonly why: string };

export interface BaseChoice {
  readonly base: Base;
  readonly reason: BaseReason;
}

export interface Circumstances {
  /** What ships, smallest first; at least one. */
  readonly bases: readonly Base[];
  /** 'auto', or a base's name. */
  readonly setting: string;
  /** In place of the shipped ones: the package that the setting names by its path, or why it cannot be used. */
  readonly named?: { readonly base: Base } | { readonly why: string };
  readonly timingOf: (base: Base) => Timing | undefined;
  /** What stands against a base beside its measured speed. */
  readonly against: (base: Base) => Obstacle | undefined;
  /** Asked last, of a base that would serve: whether this window may have it in memory. */
  readonly mayHold: (base: Base) => boolean;
}

export function chooseBase({ bases, setting, named, timingOf, against, mayHold }: Circumstances): BaseChoice {
  const [small] = bases as [Base, ...Base[]];
  const instead = (of: Base, obstacle: Obstacle): BaseChoice => ({
    base: small,
    reason: { kind: 'instead', of: of.name, obstacle },
  });
  if (setting !== 'auto') {
    const wanted = named && 'base' in named ? named.base : bases.find(({ name }) => name === setting);
    if (wanted === undefined) {
      const why = named && 'why' in named ? named.why : '';
      return { base: small, reason: { kind: 'not-found', setting, why } };
    }
    const obstacle = against(wanted);
    // Who names it bears what it costs; twice in memory it cannot be.
    if (wanted === small) return { base: small, reason: { kind: 'named' } };
    if (obstacle?.kind === 'no-folder') return instead(wanted, obstacle);
    return !mayHold(wanted) ? instead(wanted, { kind: 'elsewhere' }) : { base: wanted, reason: { kind: 'named' } };
  }
  let first: BaseChoice | undefined;
  for (const base of [...bases].reverse()) {
    if (base === small) break;
    const timing = timingOf(base);
    const obstacle = against(base) ?? obstacleIn(timing);
    if (obstacle === undefined && mayHold(base)) return { base, reason: { kind: 'in-time', timing: timing as Timing } };
    first ??= instead(base, obstacle ?? { kind: 'elsewhere' });
  }
  return first ?? { base: small, reason: { kind: 'only' } };
}

function obstacleIn(timing: Timing | undefined): Obstacle | undefined {
  if (timing === undefined) return { kind: 'untimed' };
  return isSlow(timing) ? { kind: 'slow', timing } : undefined;
}

/** It was measured, and makes people wait too long. */
export function isSlow(timing: Timing | undefined): boolean {
  return timing !== undefined && (timing.lineMs > LIMITS.lineMs || timing.promptMs > LIMITS.promptMs);
}
