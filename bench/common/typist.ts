// A typist from a seed: goes to places of a file and types on from there, as an editor with closing brackets and indents of its own lets one.
import { normals, uniforms } from '../../src/common/statistics/random.ts';
import { lineBefore } from '../../src/text/lines.ts';
import type { PackageFile } from './packages.ts';

/** Log-normal: the middle half of the keys comes 140 to 205 ms after the one before, one in twenty after 270. */
const GAP = { medianMs: 170, spread: 0.28, leastMs: 90, mostMs: 420 };
/** What follows a word, a line and a move of the cursor: the share that is followed by a pause, and how long it is, ms. */
const PAUSES = {
  word: { share: 0.1, fromMs: 400, toMs: 1500 },
  line: { share: 0.35, fromMs: 600, toMs: 2500 },
  move: { share: 0.8, fromMs: 700, toMs: 3000 },
} as const;

type Closers = Readonly<Record<string, string>>;

const BRACKETS: Closers = { '(': ')', '[': ']', '{': '}' };
const QUOTES: Closers = { '"': '"', "'": "'", '`': '`' };
/** What VS Code closes in Markdown, code of other languages in it included. */
const MARKDOWN: Closers = { ...BRACKETS, '<': '>' };
/** A new line in a comment of these begins with an asterisk that the editor writes. */
const CONTINUES_COMMENTS = /^(?:type|java)script(?:react)?$/;
/** A bracket is closed where one of these comes next (VS Code's `autoCloseBefore`). */
const CLOSES_BEFORE = /^(?:[;:.,=}\])>\s]|$)/;
const isWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}_$]/u.test(character);

/** A key that is waited for so long follows a pause. */
export const isPause = (gapMs: number) => gapMs > GAP.mostMs;

type Pause = keyof typeof PAUSES | undefined;

/** What comes before the character at `at` is typed. */
function pauseIn(text: string, at: number): Pause {
  if (text[at - 1] === '\n' || /\n[^\S\n]+$/.test(text.slice(Math.max(0, at - 40), at))) return 'line';
  return isWord(text[at - 2]) && !isWord(text[at - 1]) ? 'word' : undefined;
}

/** A text on its way into a document, as an editor takes it: it closes brackets and quotes, and indents lines. */
export class Writing {
  private readonly prefix: string;
  private readonly suffix: string;
  private readonly target: string;
  private readonly closers: Closers;
  private readonly continuesComments: boolean;
  private done = 0;
  /** What the editor has closed, behind the cursor. */
  private closed = '';

  constructor(prefix: string, suffix: string, target: string, languageId = '') {
    this.continuesComments = CONTINUES_COMMENTS.test(languageId);
    this.closers = languageId === 'markdown' ? MARKDOWN : { ...BRACKETS, ...QUOTES };
    this.prefix = prefix;
    this.suffix = suffix;
    this.target = target;
  }

  /** What is to be typed yet. */
  get left(): string {
    return this.target.slice(this.done);
  }

  get document(): { readonly prefix: string; readonly suffix: string } {
    return { prefix: this.prefix + this.target.slice(0, this.done), suffix: this.closed + this.suffix };
  }

  press(): void {
    const { target, done, closed } = this;
    const character = target[done] as string;
    const over = /^(?:\n\s*\S|.)/s.exec(closed)?.[0] ?? '';
    if (over !== '' && target.startsWith(over, done)) {
      // Typed over, or gone past.
      this.done += over.length;
      this.closed = closed.slice(over.length);
    } else if (character === '\n') {
      // The editor indents the new line; a closing bracket right behind the cursor goes to a line of its own.
      const line = lineBefore(this.prefix + target.slice(0, done));
      if (/^[)\]}]/.test(closed) && /[([{]$/.test(line)) this.closed = `\n${/^\s*/.exec(line)?.[0] ?? ''}${closed}`;
      const isComment = this.continuesComments && /^\s*(?:\/\*)?\*(?!\/)/.test(line);
      const written = isComment ? /^\n[^\S\n]*(?:\* )?/ : /^\n[^\S\n]*/;
      this.done += (written.exec(target.slice(done)) as RegExpExecArray)[0].length;
    } else {
      this.done++;
      const closer = this.closers[character];
      const before = target[done - 1];
      const endsString = closer === character && (isWord(before) || before === character);
      const mayClose = CLOSES_BEFORE.test(closed + this.suffix) && !endsString;
      if (closer !== undefined && mayClose) this.closed = closer + closed;
    }
  }

  /** The next `length` UTF-16 units come at once, as inserted text does: nothing is closed behind it, and what it takes the place of is gone. */
  insert(length: number, over = 0): void {
    this.done += length;
    this.closed = this.closed.slice(over);
  }
}

/** Lines of a file that are typed one after the other, as if the file ended there. */
export interface Passage {
  readonly path: string;
  readonly prefix: string;
  /** The rest of the file from there on, of which the first `length` UTF-16 units are typed. */
  readonly rest: string;
  readonly length: number;
  /** How long the key for each of them is waited for, ms. */
  readonly gaps: readonly number[];
  /** What stands below it meanwhile, as where a file is changed in its middle. Absent: nothing. */
  readonly below?: string;
}

/** `lines` lines at `count` places of the files; the same ones for the same files and seed. */
export function passagesOf(files: readonly PackageFile[], count: number, lines: number, seed: number): Passage[] {
  const hands = new Hands(seed);
  const suited = files.filter(({ text }) => text.split('\n').length >= 2 * lines);
  return Array.from({ length: suited.length === 0 ? 0 : count }, () => {
    const { path, text } = suited[Math.floor(hands.uniform() * suited.length)] as PackageFile;
    const all = text.split('\n');
    // Not the very first lines, which nothing says anything of.
    const first = Math.min(5, lines) + Math.floor(hands.uniform() * (all.length - lines - Math.min(5, lines)));
    return passageAt({ path, text }, first, lines, hands);
  });
}

/** Lines of a file from the 0-based `first` on, typed in its middle: what follows them stands there. */
export function passageWithin(file: PackageFile, first: number, lines: number, seed: number): Passage {
  const passage = passageAt(file, first, lines, new Hands(seed));
  return { ...passage, below: passage.rest.slice(passage.length) };
}

function passageAt({ path, text }: PackageFile, first: number, lines: number, hands: Hands): Passage {
  const all = text.split('\n');
  const prefix = all
    .slice(0, first)
    .map((line) => `${line}\n`)
    .join('');
  const rest = text.slice(prefix.length);
  const length = all.slice(first, first + lines).join('\n').length;
  const gaps = Array.from({ length }, (_, at) => hands.gap(at === 0 ? 'move' : pauseIn(rest, at)));
  return { path, prefix, rest, length, gaps };
}

/** Fingers, and the head that stops them. */
class Hands {
  readonly uniform: () => number;
  private readonly normal: () => number;

  constructor(seed: number) {
    this.uniform = uniforms(seed);
    this.normal = normals(seed + 1);
  }

  gap(pause: keyof typeof PAUSES | undefined): number {
    if (pause !== undefined) {
      const { share, fromMs, toMs } = PAUSES[pause];
      if (this.uniform() < share) return fromMs + this.uniform() * (toMs - fromMs);
    }
    const ms = GAP.medianMs * Math.exp(GAP.spread * this.normal());
    return Math.min(GAP.mostMs, Math.max(GAP.leastMs, ms));
  }
}
