// A draft as the grammar sees it in its document: which ends break what parses, and which of several lines end what they began.
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import { lineState } from '../line-state.ts';
import { lineBefore, lineEnd } from '../lines.ts';
import { blockOptions } from './blocks.ts';
import { parserFor } from './grammars.ts';
import { enclosing, endOf, isCutThrough } from './nodes.ts';
import { countErrors, type Parsed } from './parsed.ts';
import { spotOf } from './spot.ts';

/** Lines that are looked at: what bounds the work. Should they take longer than this, ms, the others are not looked at. */
const MOST_ENDS = 12;
const MOST_MS = 40;
/** More is waiting for what comes: a text that ends so says nothing of whether it is right. */
const ASKS_FOR_MORE =
  /(?:[-+*/%=<>!&|^~,.:?\\([{@#$]|=>|->|\b(?:else|do|then|in|of|return|and|or|not|if|async|await|new|case))$/;

/** Drafts with the options that the grammar corrects, and marks where the draft may end. */
export async function draftBySyntax(
  query: CompletionQuery,
  options: DraftOptions,
  draft: (options: DraftOptions) => Draft | Promise<Draft>,
): Promise<Draft> {
  const parsed = await parserFor(query.languageId);
  return withSyntax(await draft(blockOptions(query, options, parsed)), query);
}

/**
 * The draft, with the ends at which the document would not parse any more, and those of its further lines that end all that they began within what
 * encloses the cursor. As it is where no grammar knows the language.
 * @param mostMs what has not been looked at by then may be shown
 */
export async function withSyntax(draft: Draft, query: CompletionQuery, mostMs = MOST_MS): Promise<Draft> {
  const line = lineBefore(query.prefix) + draft.text.slice(0, lineEnd(draft.text));
  if (draft.text === '' || lineState(query.languageId, line) === 'comment') return draft;
  const parsed = await parserFor(query.languageId);
  if (parsed === undefined) return draft;
  const ends = endsIn(parsed, query, draft, performance.now() + mostMs);
  if (ends === undefined) return draft;
  const { broken, whole } = ends;
  return { ...draft, ...(broken.length > 0 && { broken }), ...(whole && { whole }) };
}

interface Ends {
  readonly broken: readonly number[];
  readonly whole?: readonly number[];
}

/** Lengths of beginnings of the draft and what lies beyond it that end with a line. Half a line says little: `import a` breaks what `import a from 'a'` does not. */
function endsIn(parsed: Parsed, query: CompletionQuery, { text, beyond }: Draft, deadline: number): Ends | undefined {
  const spot = spotOf(query);
  const all = text + (beyond?.text ?? '');
  const sound = parsed.errorsIn(spot.withoutLine, deadline);
  if (sound === undefined) return undefined;
  // What a draft begins with a line end for is the line below.
  const firstEnd = lineEnd(all, all.length - all.trimStart().length);
  const broken = new Set<number>();
  const whole = new Set<number>();
  const ends = [...all.matchAll(/\n|$/g)].map(({ index }) => index);
  for (const end of ends.slice(0, MOST_ENDS)) {
    const cut = all.slice(0, end).trimEnd();
    const isFurther = cut.length > firstEnd;
    const asks = ASKS_FOR_MORE.test(cut);
    // Of a list's elements one is whole with its comma, too.
    if (asks && !(isFurther && cut.endsWith(','))) continue;
    const looked = asks ? cut.slice(0, -1) : cut;
    const document = spot.withText(looked);
    const seen = parsed.read(document, deadline, (root) => {
      const to = spot.at + looked.length;
      const within = enclosing(root, document, spot.at);
      const isPast = within !== undefined && endOf(within, document) < to;
      return {
        errors: countErrors(root),
        isWhole: isFurther && !isPast && !isCutThrough(root, document, spot.at + firstEnd + 1, to),
      };
    });
    if (seen === undefined) return { broken: [...broken] };
    if (seen.errors > sound) {
      if (!asks) broken.add(cut.length);
    } else if (seen.isWhole) for (const part of [cut, cut.replace(/[;,]+$/, '')]) whole.add(part.length);
  }
  return { broken: [...broken], ...(all.length > firstEnd && { whole: [...whole] }) };
}
