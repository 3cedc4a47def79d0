// Pauses of a person who changes code, writes documentation, or the first lines of a new file: how often something
// comes, and how often it is right. Each pause is judged by itself: nothing that came earlier was taken.
import { quantile } from '../../src/common/quality.ts';
import { shuffled, uniforms } from '../../src/common/statistics/random.ts';
import { languageIdOf } from '../../src/text/languages.ts';
import { isProse } from '../../src/text/prose-text.ts';
import type { Base } from '../base/types.ts';
import { bucket, type PackageFile } from '../common/packages.ts';
import type { Figures, Keep } from '../figures.ts';
import { put, Table } from '../print.ts';
import { inSimulatedWindow, type RuleWindow } from './in-simulated-window.ts';
import { type Folder, filesIn, materials } from './materials.ts';
import { LONG } from './typist.ts';

/** The cursor rests so long before the key, and one waits so long after it, ms. */
const REST_MS = 2000;
const LOOK_MS = 1000;
/** Lines of a new file that are typed, and lines of other files that are not there yet. */
const HEAD_LINES = 14;
const MISSING_LINES = 8;
/** Longer files are mostly data, UTF-16 units. */
const LONGEST = 60_000;
const DOCUMENTATION = /\.mdx?$/;
const SEED = 17;

/** Packages whose documentation has siblings, beside their code. */
const DOCUMENTED: readonly Folder[] = ['@tanstack/ai@0.58.0', '@tanstack/db@0.15.2'].map((spec) => {
  return { spec, registry: 'npm', inside: '', files: /\.(?:mdx?|tsx?)$/ };
});
/** Pauses in each folder. */
const PAUSES = 100;

export const PAUSE_KINDS = ['code', 'documentation', 'new-file'] as const;
export type PauseKind = (typeof PAUSE_KINDS)[number];

/** A pause at `offset` of a file, with the text below the cursor's line. */
export interface Pause {
  readonly file: PackageFile;
  readonly offset: number;
  readonly below: string;
}

/** What came at a pause; '' for nothing. */
export interface Came {
  readonly pause: Pause;
  readonly text: string;
  readonly right: boolean;
  readonly p: number;
}

/** The beginning of a line's text, and one later boundary of its words and marks. */
export function pausesIn(file: PackageFile, kind: PauseKind, uniform: () => number): Pause[] {
  const lines = file.text.split('\n');
  const pauses: Pause[] = [];
  let start = 0;
  for (const [number, line] of lines.entries()) {
    const at = start;
    start += line.length + 1;
    if (kind === 'new-file' && number >= HEAD_LINES) break;
    if (line.trim().length < 4) continue;
    const below = kind === 'new-file' ? [] : lines.slice(number + MISSING_LINES);
    const indent = line.length - line.trimStart().length;
    const cuts = [...line.matchAll(/[\p{L}\p{N}_$]+|\s+|[^\p{L}\p{N}_$\s]/gu)].map(({ index }) => index);
    const inside = cuts.filter((cut) => cut > indent && cut < line.trimEnd().length);
    const offsets = [indent, ...(inside.length === 0 ? [] : [inside[Math.floor(uniform() * inside.length)] as number])];
    for (const offset of offsets)
      if (at + offset > 0)
        pauses.push({ file, offset: at + offset, below: below.length === 0 ? '' : `\n${below.join('\n')}` });
  }
  return pauses;
}

/**
 * Types at `count` seeded pauses in a folder's held-out files, a fifth of its files.
 * @param alone only the n-grams answer
 */
export async function pauseIn(
  base: Base,
  files: readonly PackageFile[],
  kind: PauseKind,
  count: number,
  { alone = false, rule = {} }: { readonly alone?: boolean; readonly rule?: RuleWindow } = {},
): Promise<Came[]> {
  const uniform = uniforms(SEED);
  const readable = files.filter(({ text }) => text.length < LONGEST);
  const isHeld = ({ path }: PackageFile) =>
    bucket(path) >= 8 && DOCUMENTATION.test(path) === (kind === 'documentation');
  const held = readable.filter(isHeld);
  const others = readable.filter((file) => !isHeld(file));
  const all = held.flatMap((file) => pausesIn(file, kind, uniform));
  const chosen = shuffled(all.length, SEED)
    .slice(0, count)
    .map((index) => all[index] as Pause);
  return inSimulatedWindow(
    base,
    others,
    rule,
    async ({ editor }, clock) => {
      const came: Came[] = [];
      for (const pause of chosen) {
        const { file, offset, below } = pause;
        const prefix = file.text.slice(0, offset);
        const languageId = languageIdOf(file.path);
        editor.come(file.path, languageId, { prefix: prefix.slice(0, -1), suffix: below });
        await clock.sleep(REST_MS);
        editor.press({ prefix, suffix: below });
        await clock.sleep(LOOK_MS);
        const { text = '', shown } = editor.ghost ?? {};
        const right = text !== '' && file.text.startsWith(text, offset);
        came.push({ pause, text, right, p: shown?.completion.confidence ?? 0 });
        editor.give();
      }
      return came;
    },
    alone,
  );
}

export function figuresOf(kind: PauseKind, came: readonly Came[]): Figures {
  const shows = came.filter(({ text }) => text !== '');
  const right = shows.filter((each) => each.right);
  const share = (part: number, whole: number) => part / Math.max(1, whole);
  const inCode = came.filter(
    ({ pause: { file, offset } }) => !isProse(languageIdOf(file.path), file.text.slice(0, offset)),
  );
  const shown = (of: readonly Came[]) => share(of.filter(({ text }) => text !== '').length, of.length);
  const figures: Figures = {
    pauses: came.length,
    'pauses-shown': share(shows.length, came.length),
    'shows-right': share(right.length, shows.length),
    'long-right-pauses': right.filter(({ text }) => text.trim().length >= LONG).length,
    'right-length-median':
      right.length === 0
        ? 0
        : quantile(
            right.map(({ text }) => text.length),
            0.5,
          ),
    ...(kind === 'documentation' && {
      'code-pauses-shown': shown(inCode),
      'text-pauses-shown': shown(came.filter((each) => !inCode.includes(each))),
    }),
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${kind}-${name}`, value]));
}

/** Figures of all folders together, and of each. */
export async function pauses(
  { base, alone }: { readonly base: Base; readonly alone: boolean },
  kind: PauseKind,
  recordings: string | undefined,
  count = PAUSES,
  keep: Keep = () => {},
): Promise<Figures> {
  const folders =
    kind === 'documentation'
      ? DOCUMENTED.map((folder) => ({ name: folder.spec, files: filesIn(folder) }))
      : materials(recordings)
          .filter(({ languageId }) => languageId !== 'markdown')
          .map(({ name, held, others }) => ({ name, files: [...held, ...others] }));
  const columns = Object.keys(figuresOf(kind, []));
  const table = new Table(Object.fromEntries(columns.map((key) => [key, key.slice(kind.length + 1)])));
  const figures: Record<string, Figures> = {};
  const all: Came[] = [];
  for (const { name, files } of folders) {
    const came = await pauseIn(base, files, kind, count, { alone });
    all.push(...came);
    const row = figuresOf(kind, came);
    table.row(name, row);
    put(figures, [name], row);
    keep({ [kind]: figures });
  }
  const together = figuresOf(kind, all);
  table.row('all', together);
  return { ...together, [kind]: figures };
}
