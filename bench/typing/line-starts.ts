// Starts of lines that stand often in the folder, after the same line above: what both windows show there.
import { basename, join } from 'node:path';
import { root } from '../../build/paths.ts';
import { shuffled } from '../../src/common/statistics/random.ts';
import { languageIdOf } from '../../src/text/languages.ts';
import { bracketBalance } from '../../src/text/line-state.ts';
import { fetchPackage, type PackageFile, sourceFiles } from '../common/packages.ts';
import type { Passage } from '../common/typist.ts';
import { newestFiles, withRepositories } from '../replay/commits.ts';
import { type Folder, type Material, materials } from './materials.ts';

/** As a section of the benchmark. */
export const LINE_STARTS = 'line-starts';
const REPOSITORIES: Readonly<Record<string, string>> = {
  bubbletea: 'go',
  hono: 'typescript',
  'pydantic-settings': 'python',
};
const PACKAGE = 'convex@1.48.0';
const GIN: Folder = {
  spec: 'golang-github-gin-gonic-gin-dev=1.8.1-3',
  registry: 'debian',
  inside: 'usr/share/gocode/src/github.com/gin-gonic/gin',
  files: /\.go$/,
};
/** A line follows the line above so often elsewhere in the folder at least, and at half of its copies. */
const COPIES = 4;
const LEAST_SHARE = 0.5;
/** Characters of a line at least: shorter ones are mostly brackets. */
const LEAST_LENGTH = 8;
/** Keys of the line above that are typed, before Enter. */
const KEYS = 6;
/** Before a key and before the first one, ms. */
const GAP = { key: 150, first: 1200 };
/** After Enter, as the typist pauses, ms: one passage after the other. */
const PAUSES = [1500, 700, 1900, 1100, 2300];
/** Of each folder. */
const STARTS = 12;
const SEED = 7;

/** Any file may be typed in, and all are in the folder. */
export async function lineStartMaterials(recordings: string | undefined): Promise<Material[]> {
  const [recorded] = materials(recordings).filter(({ name }) => name === PACKAGE) as [Material];
  const files = [...recorded.held, ...recorded.others];
  const found = [{ ...recorded, held: files, others: files }];
  const gin = sourceFiles(join(fetchPackage(GIN.spec, GIN.registry), GIN.inside), '.', GIN.files);
  found.push({ name: 'gin', languageId: 'go', held: gin, others: gin });
  await withRepositories(join(root, 'bench/data/commits'), Object.keys(REPOSITORIES), async (paths) => {
    for (const path of paths) {
      const name = basename(path).replace(/\.git$/, '');
      const languageId = REPOSITORIES[name] as string;
      const others = [...newestFiles(path)].map(([path, text]): PackageFile => ({ path, text }));
      found.push({ name, languageId, held: others.filter(({ path }) => languageIdOf(path) === languageId), others });
    }
  });
  return found;
}

/** A seeded choice of line starts, each after the last keys of the line above; what follows the line stands below. */
export function lineStarts({ held, others }: Pick<Material, 'held' | 'others'>, count = STARTS): Passage[] {
  const followers = Map.groupBy(
    others.flatMap(({ text }) => pairsIn(text)),
    ({ above }) => above.trim(),
  );
  const known = new Set<string>();
  const found = held.flatMap(({ path, text }) =>
    pairsIn(text).flatMap(({ above, line, at }) => {
      const all = followers.get(above.trim()) ?? [];
      const copies = all.filter((other) => other.line.trim() === line.trim()).length;
      const isLong = line.trim().length >= LEAST_LENGTH && above.trim().length >= KEYS;
      // The line itself is one of them.
      if (!isLong || copies <= COPIES || copies < LEAST_SHARE * all.length || known.has(above + line)) return [];
      known.add(above + line);
      return [passageAt(path, text.split('\n'), at, PAUSES[known.size % PAUSES.length] as number)];
    }),
  );
  return shuffled(found.length, SEED)
    .slice(0, count)
    .map((i) => found[i] as Passage);
}

function pairsIn(text: string): { readonly above: string; readonly line: string; readonly at: number }[] {
  const lines = text.split('\n');
  return lines.slice(1).map((line, i) => ({ above: lines[i] as string, line, at: i + 1 }));
}

const indentOf = (line: string) => /^\s*/.exec(line)?.[0].length ?? 0;

/** What stands below a line that is typed: not the lines of a bracket that it, or the line above it, has opened. */
function below(lines: readonly string[], at: number): string {
  const opener = [at - 1, at].find((i) => bracketBalance(lines[i] as string) > 0);
  const closes = (line: string, i: number) =>
    i >= at && line.trim() !== '' && indentOf(line) <= indentOf(lines[opener ?? at] as string);
  const end = opener === undefined ? at : lines.findIndex((line, i) => i > opener && closes(line, i));
  return ['', ...lines.slice(end + 1)].join('\n');
}

function passageAt(path: string, lines: readonly string[], at: number, pauseMs: number): Passage {
  const before = lines.slice(0, at).join('\n');
  const gaps = new Array<number>(KEYS + 2 + indentOf(lines[at] as string)).fill(GAP.key);
  gaps[0] = GAP.first;
  gaps[gaps.length - 1] = pauseMs;
  return {
    path,
    prefix: before.slice(0, -KEYS),
    rest: [before.slice(-KEYS), ...lines.slice(at)].join('\n'),
    length: gaps.length,
    gaps,
    below: below(lines, at),
  };
}
