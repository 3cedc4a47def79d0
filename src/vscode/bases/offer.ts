// What this machine can do with a model before it is downloaded. Pure.
import { servingBytes } from '../../neural/models/catalog.ts';
import { TYPING_LINE_MS } from '../../specialist/engine/measure-base.ts';

export interface Offer {
  /** Bytes of memory that serving takes. */
  readonly needs: number;
  /** Whether the memory is free and within the engine's limit. */
  readonly fits: boolean;
  /** Expected time for a line, ms; undefined if no model of this kind was timed here. */
  readonly lineMs: number | undefined;
  readonly isFast: boolean;
}

export interface Machine {
  /** Free memory, bytes. */
  readonly free: number;
  /** Maximum memory of the engine, bytes. */
  readonly ceiling: number;
  /** GGUF models that were timed here: a token reads each byte of the weights once. */
  readonly timed: readonly { readonly bytes: number; readonly lineMs: number }[];
}

export function offerOf(bytes: number, { free, ceiling, timed }: Machine): Offer {
  const needs = servingBytes(bytes);
  // The timed model of the nearest size, because small models spend a larger share of time outside their weights.
  const distance = (other: { readonly bytes: number }) => Math.abs(Math.log(other.bytes / bytes));
  const nearest = [...timed].sort((a, b) => distance(a) - distance(b))[0];
  const lineMs = nearest && (nearest.lineMs * bytes) / nearest.bytes;
  return {
    needs,
    fits: needs <= Math.min(free, ceiling),
    lineMs,
    isFast: lineMs !== undefined && lineMs <= TYPING_LINE_MS,
  };
}
