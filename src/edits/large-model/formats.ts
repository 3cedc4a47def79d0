// The prompt forms of models that were trained to write next edits: they rewrite the lines around the cursor, get no
// instructions and give no estimate. One row each; the caller must have redacted what is shown.
import { specialTokens } from '../../common/fill-in.ts';
import { plainLine } from '../../common/plain-text.ts';
import type { ModelFacts } from '../../llm/protocol/models.ts';
import { lineNumber, lineStart, linesAround } from '../../text/lines.ts';
import { hunkOf, type RecentChange } from '../history/edit.ts';
import type { ProposedEdit } from './check.ts';
import type { EditedPlace } from './place.ts';

type Place = Pick<EditedPlace, 'text' | 'offset'>;

/** Whole lines around a cursor, which stands between `before` and `after`. */
interface Excerpt {
  readonly path: string;
  /** Of the first line, from 0. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
  /** Oldest first. */
  readonly changes: readonly RecentChange[];
}

/** The lines that are rewritten, and those around them. */
interface Shown extends Excerpt {
  readonly above: string;
  readonly below: string;
}

interface Row {
  /** Lines before the cursor's and after it that are rewritten. */
  readonly around: { readonly above: number; readonly below: number };
  /** Beside the family's special tokens. */
  readonly marks: RegExp;
  readonly stop: readonly string[];
  /**
   * About the share of the recorded edits that were right or nearer to the goal (`npm run bench -- edits --replies
   * cassettes`): Sweep 1.5B's 9 of 17, Zeta-2's 20 of 20. None of Zeta-2.1 was recorded: it gets Zeta-2's.
   */
  readonly sure: number;
  write(shown: Shown): string;
  /** The rewritten lines; undefined: the model changes nothing. */
  read(written: string, before: string): string | undefined;
}

export interface EditFormat extends Row {
  /** None of them may stand in what is shown, nor `marks`. */
  readonly tokens: readonly string[];
}

const SEED = { suffix: '<[fim-suffix]>', prefix: '<[fim-prefix]>', middle: '<[fim-middle]>' };
/** A reply may say where the cursor goes. */
const CURSOR = /<\|(?:user_)?cursor\|>/;
const USER_CURSOR = '<|user_cursor|>';

const withLineEnd = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** Seed-Coder's marks: the text below comes first, then the changes as diffs and the file. */
function zetaPrompt({ path, above, below, changes }: Shown, rewritten: string): string {
  const diffs = changes.map((one) => `--- a/${one.path}\n+++ b/${one.path}\n${hunkOf(one)}\n\n`);
  const history = diffs.length === 0 ? '' : `<filename>edit_history\n${diffs.join('')}`;
  const file = `<filename>${path}\n${above}${rewritten}${SEED.middle}`;
  return `${SEED.suffix}\n${withLineEnd(below)}${SEED.prefix}${history}${file}`;
}

const linesIn = (text: string) => withLineEnd(text).split('\n').length - 1;
const marked = (mark: string, { before, after }: Shown) => withLineEnd(before + mark + after);
/** The lines before the cursor's. */
const prefillOf = (before: string) => before.slice(0, lineStart(before));

/** Sources: cursortab.nvim's recorded prompts (Sweep, Zeta-2) and Zed's crate zeta_prompt (Zeta-2.1: V0318). */
const formats = {
  sweep: {
    around: { above: 10, below: 10 },
    marks: /<\|cursor\|>/,
    stop: ['<|file_sep|>', '<|endoftext|>'],
    sure: 0.53,
    write(shown) {
      const { path, line, above, before, after, below, changes } = shown;
      const section = (name: string, text: string) => `<|file_sep|>${name}\n${withLineEnd(text)}`;
      const span = `${path}:${line + 1}:${line + linesIn(before + after)}`;
      const diffs = changes.map((change) => {
        const side = (text: string) => withLineEnd(change.above + text + change.below);
        return section(`${change.path}.diff`, `original:\n${side(change.before)}updated:\n${side(change.after)}`);
      });
      return [
        section(path, above + before + after + below),
        ...diffs,
        section(`original/${span}`, before + after),
        section(`current/${span}`, marked('<|cursor|>', shown)),
        section(`updated/${span}`, prefillOf(before)),
      ].join('');
    },
    read: (written, before) => prefillOf(before) + written,
  },
  'zeta-2.1': {
    // So few lines have no marker between them.
    around: { above: 5, below: 5 },
    marks: /<\|(?:user_cursor|marker_\d+)\|>/,
    stop: ['<|marker_2|>', '<[end▁of▁sentence]>'],
    sure: 0.95,
    write: (shown) => zetaPrompt(shown, `<|marker_1|>\n${marked(USER_CURSOR, shown)}<|marker_2|>\n`),
    // A second first marker says that nothing changes.
    read: (written) => /^<\|marker_1\|>\n?((?:(?!<\|marker_)[\s\S])+)$/.exec(written)?.[1],
  },
  'zeta-2': {
    around: { above: 10, below: 10 },
    marks: /<\|user_cursor\|>|^(?:<{7} CURRENT|>{7} UPDATED|={7}$)/m,
    stop: ['>>>>>>> UPDATED'],
    sure: 0.95,
    write: (shown) => zetaPrompt(shown, `<<<<<<< CURRENT\n${marked(USER_CURSOR, shown)}=======\n`),
    read: (written) => (/^(?:NO_EDITS)?\s*$/.test(written) ? undefined : written),
  },
} satisfies Record<string, Row>;

/** The form of a model that a server continues; undefined: it gets instructions. */
export function editFormatOf({ infill }: Pick<ModelFacts, 'infill'>): EditFormat | undefined {
  const edits = infill?.endpoint.form === 'tokens' ? infill.family.edits : undefined;
  return infill && edits && { ...formats[edits], tokens: specialTokens(infill.family) };
}

/** The whole lines that a model of this form rewrites at a cursor: offsets, and the text on both sides of the cursor. */
function rewrittenAt(text: string, offset: number, { around }: EditFormat) {
  const { start, end } = linesAround(text, offset, offset, around.above, around.below);
  const before = text.slice(start, offset);
  return { start, before, after: text.slice(offset, end + 1), below: text.slice(end + 1) };
}

/** Undefined if a mark of the form stands in what would be shown. */
export function rewritePrompt({ path, before, after, line, changes }: Excerpt, format: EditFormat): string | undefined {
  const text = before + after;
  const { start, ...lines } = rewrittenAt(text, before.length, format);
  const above = text.slice(0, start);
  const texts = [path, text, ...changes.flatMap((one) => [one.path, one.above, one.before, one.after, one.below])];
  if (texts.some((one) => format.marks.test(one) || format.tokens.some((token) => one.includes(token))))
    return undefined;
  const plain = changes.map((one) => ({ ...one, path: plainLine(one.path) }));
  return format.write({ path: plainLine(path), line: line + lineNumber(above), above, ...lines, changes: plain });
}

/** The lines of a file that a reply rewrites, old and new; undefined: it changes nothing. */
export function readRewrite(written: string, { text, offset }: Place, format: EditFormat): ProposedEdit | undefined {
  const { start, before, after } = rewrittenAt(text, offset, format);
  const [old, now] = [before + after, format.read(written.replace(CURSOR, ''), before)].map((side) =>
    side?.replace(/\n$/, ''),
  );
  if (old === undefined || now === undefined || old === now) return undefined;
  return { sure: format.sure, old, new: now, line: lineNumber(text, start) };
}
