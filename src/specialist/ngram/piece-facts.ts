// What the probability of a piece of a repeated block is estimated from: a row per feature of a logistic regression
// whose script is in git (fit-template, last at commit b3e1572c).
import { sigmoid } from '../../common/statistics/logistic.ts';
import type { Lexeme } from '../../text/lexemes.ts';
import type { WordOrigin } from '../../text/renaming.ts';
import type { Copy } from './template-copies.ts';

/** How a copy continues. */
export type Proposal =
  | {
      readonly kind: 'piece';
      readonly text: string;
      readonly lead: string;
      readonly lexeme: Lexeme;
      readonly origin: WordOrigin;
    }
  | { readonly kind: 'line end'; readonly text: string; readonly indent: number };

/** Facts that decide the probability of a piece. */
export interface PieceFacts {
  readonly proposal: Proposal;
  readonly copy: Copy;
  readonly agreeing: number;
  readonly asked: number;
  readonly lost: number;
  /** Weak copies that write it, and those that do not. */
  readonly witnesses: number;
  readonly contrary: number;
  readonly isCounted: boolean;
  readonly isFirst: boolean;
  readonly startsLine: boolean;
  readonly startsSibling: boolean;
  readonly isComment: boolean;
  readonly isProse: boolean;
  readonly written: number;
  readonly writtenLines: number;
  readonly distance: number;
  /** Whether the continuation already contains the word. */
  readonly isRepeated: boolean;
  /** How often the document has the word, up to a limit. */
  readonly seen: number;
}

const flag = (condition: boolean) => (condition ? 1 : 0);
export const isPiece = (p: Proposal): p is Proposal & { readonly kind: 'piece' } => p.kind === 'piece';
export const isWordOf = (p: Proposal, origin: WordOrigin) =>
  isPiece(p) && p.lexeme.kind !== 'mark' && p.origin === origin;

export const isWord = (p: Proposal) => isPiece(p) && p.lexeme.kind !== 'mark';
export const isRenamed = (p: Proposal) => isWordOf(p, 'mapped') || isWordOf(p, 'part');

type PieceFact = (facts: PieceFacts) => number;

/** One row a feature, in the order of the weights. */
const FACTS: readonly PieceFact[] = [
  () => 1,
  ({ copy }) => Math.log1p(copy.evidence),
  ({ copy }) => Math.log1p(copy.equalTyped),
  ({ copy }) => Math.log1p(copy.lines),
  ({ copy }) => copy.holes / (copy.holes + copy.matched),
  ({ agreeing }) => Math.min(3, agreeing - 1),
  ({ agreeing }) => flag(agreeing > 1),
  ({ agreeing, asked }) => (asked - agreeing) / asked,
  ({ lost }) => Math.min(3, lost),
  ({ proposal }) => flag(isWordOf(proposal, 'same')),
  ({ proposal }) => flag(isWordOf(proposal, 'mapped')),
  ({ proposal }) => flag(isWordOf(proposal, 'part')),
  ({ proposal }) => flag(isWordOf(proposal, 'unseen')),
  ({ proposal, agreeing }) => flag(isWordOf(proposal, 'unseen') && agreeing > 1),
  ({ proposal }) => flag(isPiece(proposal) && proposal.lexeme.kind === 'number'),
  ({ proposal, agreeing }) => flag(isPiece(proposal) && proposal.lexeme.kind === 'number' && agreeing > 1),
  ({ isCounted }) => flag(isCounted),
  ({ proposal }) => flag(proposal.kind === 'line end'),
  ({ proposal, writtenLines }) => flag(proposal.kind === 'line end' && writtenLines > 0),
  ({ proposal }) => flag(isPiece(proposal) && proposal.lexeme.string >= 0),
  ({ proposal }) => flag(isWordOf(proposal, 'unseen') && isPiece(proposal) && proposal.lexeme.string >= 0),
  ({ isComment }) => flag(isComment),
  ({ isComment, agreeing }) => flag(isComment && agreeing > 1),
  ({ isProse }) => flag(isProse),
  ({ isFirst }) => flag(isFirst),
  ({ isFirst, copy }) => flag(isFirst && copy.begun !== undefined),
  ({ startsLine }) => flag(startsLine),
  ({ startsSibling }) => flag(startsSibling),
  ({ written }) => Math.log1p(written),
  ({ writtenLines }) => Math.log1p(writtenLines),
  ({ distance }) => Math.log1p(distance),
  ({ copy }) => Math.min(3, copy.renaming.conflicts),
  ({ copy }) => flag(copy.renaming.changes === 0),
  ({ copy, proposal }) => flag(copy.renaming.changes === 0 && isWordOf(proposal, 'unseen')),
  ({ proposal, written }) => flag(isWordOf(proposal, 'unseen')) * Math.log1p(written),
  ({ isFirst, copy }) => flag(isFirst && copy.equalTyped === 0),
  ({ proposal, agreeing }) => flag(isRenamed(proposal) && agreeing > 1),
  ({ proposal, isRepeated }) => flag(isRenamed(proposal) && isRepeated),
  ({ proposal, isRepeated, agreeing }) => flag(isRenamed(proposal) && isRepeated && agreeing > 1),
  ({ proposal, isRepeated }) => flag(isWordOf(proposal, 'unseen') && isRepeated),
  ({ agreeing, written }) => flag(agreeing > 1) * Math.log1p(written),
  ({ agreeing, startsLine }) => flag(agreeing > 1 && startsLine),
  ({ agreeing, proposal }) => flag(agreeing > 1 && proposal.kind === 'line end'),
  ({ agreeing, isFirst }) => flag(agreeing > 1 && isFirst),
  ({ copy, startsLine }) => flag(startsLine) * Math.log1p(copy.evidence),
  ({ witnesses }) => Math.min(3, witnesses),
  ({ contrary }) => Math.min(3, contrary),
  ({ contrary, witnesses }) => contrary / Math.max(1, contrary + witnesses),
  ({ contrary, proposal }) => flag(contrary > 0 && isWordOf(proposal, 'unseen')),
  ({ proposal, seen }) => flag(isWordOf(proposal, 'unseen') && seen <= 1),
  ({ proposal, seen, agreeing }) => flag(isWordOf(proposal, 'unseen') && seen <= 1 && agreeing > 1),
  ({ proposal, seen }) => flag(isWordOf(proposal, 'unseen')) * Math.log1p(seen),
  ({ proposal, seen }) => flag(isWordOf(proposal, 'part')) * Math.log1p(seen),
];

/** In the order of the features. */
const WEIGHTS: readonly number[] = [
  0.677, 0.575, 0.213, 0.54, -1.498, 0.25, 0.712, -6.928, -0.076, -0.936, -2.336, -3.57, -2.562, 0.437, -0.283, -0.33,
  -2.148, -0.818, 0.051, -0.416, 0.066, -0.121, -0.264, 0.437, 0.553, 1.439, -0.293, 0.203, 0.813, -0.425, -0.052,
  -0.464, -0.042, 0.135, 0.061, 0.008, 0.303, 0.592, -0.441, 0.999, -0.277, 0.239, 0.481, -0.123, -0.084, 0.456, -0.368,
  -0.897, 0.096, -0.158, 0.329, 0.312, 1.208,
];

/** Probability that the author writes the piece. */
export function pieceProbability(facts: PieceFacts): number {
  return sigmoid(FACTS.reduce((sum, fact, i) => sum + fact(facts) * (WEIGHTS[i] as number), 0));
}
