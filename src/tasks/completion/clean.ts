// Post-processing: what a model wrote -> what fits at the cursor. One ordered table of pure functions, each with golden
// cases in test/golden/complete/.
import { languageOf } from '../../text/languages.ts';
import { lineAfter, lineBefore, toLineFeeds } from '../../text/lines.ts';
import { cutToShape } from '../../text/shape.ts';
import { cutCommentMarks, cutLoops, cutMasked, dropDoubledSpace, dropEcho } from './artefacts.ts';
import { cutStrayClosers, dropBlockClose, dropSuppliedClosers, trimTrailing } from './closers.ts';
import type { Filter } from './filter.ts';
import { fixIndent } from './indent.ts';
import { cutLinesBelow, dropLineAbove, dropNothingNew, trimOverlap } from './repeats.ts';
import type { CompletionPlace } from './types.ts';

/** In order: first what a model adds round the answer, then its extent, its fit to both sides, then whether any is left. */
export const FILTERS: readonly Filter[] = [
  { name: 'line-ends', apply: toLineFeeds },
  { name: 'echo', apply: dropEcho },
  { name: 'leading-space', apply: dropDoubledSpace },
  { name: 'loops', apply: cutLoops },
  { name: 'masked', apply: cutMasked },
  { name: 'comment-marks', apply: cutCommentMarks },
  { name: 'shape', apply: (text, c) => cutToShape(text, c.query, c.block, c.indentUnit) },
  { name: 'indent', codeOnly: true, apply: fixIndent },
  { name: 'line-above', apply: dropLineAbove },
  { name: 'lines-below', apply: cutLinesBelow },
  { name: 'overlap', apply: trimOverlap },
  { name: 'closers', codeOnly: true, apply: dropSuppliedClosers },
  { name: 'stray-closers', codeOnly: true, apply: cutStrayClosers },
  { name: 'block-close', codeOnly: true, apply: dropBlockClose },
  { name: 'trailing-space', apply: trimTrailing },
  { name: 'nothing-new', apply: dropNothingNew },
];

/** The text to insert; '' where nothing of it is worth showing. */
export function clean(raw: string, options: CompletionPlace): string {
  return FILTERS.reduce((text, filter) => applyFilter(filter, text, options), raw);
}

export function applyFilter(filter: Filter, text: string, options: CompletionPlace): string {
  if (text === '') return '';
  const facts = languageOf(options.query.languageId);
  if (filter.codeOnly === true && facts.family === 'prose') return text;
  const { prefix, suffix } = options.query;
  const context = { ...options, facts, before: lineBefore(prefix), after: lineAfter(suffix) };
  return filter.apply(text, context);
}
