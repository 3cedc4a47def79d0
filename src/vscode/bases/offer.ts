// What this machine can do with a model before it is downloaded. Pure.
import { servingBytes } from '../../neural/models/catalog.ts';

/** A line within this time is worth an offer, ms. */
export const FAST_LINE_MS = 250;

export interface Offer {
  /** Bytes of memory that serving takes. */
  readonly needs: number;
  /** The memory is free, and within the engine's limit. */
  readonly fits: boolean;
  /** Expected for a line; undefined if no model of this kind was timed here. */
  readonly lineMs: number | undefined;
  readonly isFast: boolean;
}

export interface Machine {
  /** Bytes. */
  readonly free: number;
  /** Bytes that the engine may take. */
  readonly ceiling: number;
  /** GGUF models that were timed here: a token reads each byte of the weights once. */
  readonly timed: readonly { readonly bytes: number; readonly lineMs: number }[];
}

export function offerOf(bytes: number, { free, ceiling, timed }: Machine): Offer {
  const needs = servingBytes(bytes);
  // The one of the nearest size: small models spend a larger share outside their weights.
  const distance = (other: { readonly bytes: number }) => Math.abs(Math.log(other.bytes / bytes));
  const nearest = [...timed].sort((a, b) => distance(a) - distance(b))[0];
  const lineMs = nearest && (nearest.lineMs * bytes) / nearest.bytes;
  return {
    needs,
    fits: needs <= Math.min(free, ceiling),
    lineMs,
    isFast: lineMs !== undefined && lineMs <= FAST_LINE_MS,
  };
}
