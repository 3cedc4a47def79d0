// Which test files `npm test -- --quick` runs: those near to what changed against the branch main.
import { spawnSync } from 'node:child_process';
import { posix } from 'node:path';
import { importsOf, type Sources } from './imports.ts';

export interface Choice {
  /** Test file -> why it is run: the house tests, then the nearest to the change first. */
  readonly tests: ReadonlyMap<string, string>;
  /** Tests of whole runs near to the change, and those above the limit. */
  readonly leftOut: readonly string[];
  /** Changed code that no chosen test imports: end-to-end tests or tests of a process may. */
  readonly uncovered: readonly string[];
}

/** So many test files beside the house tests should end in a minute or so on two idle cores. */
const MOST = 30;

/** Who imports these adapts a folder or runs commands: a minute or more. Such tests, and safety's, run if they changed. */
export const wholeRuns = ['test/adapt/project.ts', 'test/jobs/cli/run.ts'];

/**
 * The house tests; tests that changed, that import a changed file, or that name one that is no code; tests that import
 * a file that imports a changed one. Imports of types do not count: tsc checks those.
 * @param changed paths from the top @param sources all code @param most files beside the house tests
 */
export function chooseTests(changed: readonly string[], sources: Sources, most = MOST): Choice {
  const imports = new Map(
    Object.entries(sources).map(([path, text]) => {
      const others = importsOf(path, text).filter(({ isType }) => !isType);
      return [path, others.map(({ to }) => to)];
    }),
  );
  const of = (path: string): readonly string[] => imports.get(path) ?? [];
  const changedCode = new Set(changed.filter((path) => path.endsWith('.ts')));
  const changedNames = changed.filter((path) => !changedCode.has(path)).map((path) => posix.basename(path));
  const isWholeRun = (path: string) =>
    path.startsWith('test/safety/') || of(path).some((other) => wholeRuns.includes(other));
  const itself = (path: string) => (changedCode.has(path) ? 'changed' : undefined);
  const direct = (path: string) => {
    const file = of(path).find((other) => changedCode.has(other));
    if (file !== undefined) return `imports ${file}`;
    const name = changedNames.find((each) => ["'", '/'].some((before) => sources[path]?.includes(`${before}${each}'`)));
    return name && `names ${name}`;
  };
  const throughOne = (path: string) => {
    const between = of(path).find((other) => of(other).some((far) => changedCode.has(far)));
    return between && `imports ${between}, which imports a changed file`;
  };
  const tests = new Map<string, string>();
  const leftOut: string[] = [];
  const all = Object.keys(sources).filter((path) => path.endsWith('.test.ts'));
  const house = all.filter((path) => path.startsWith('test/house/'));
  for (const path of house) tests.set(path, 'always');
  for (const reason of [itself, direct, throughOne])
    for (const path of all) {
      const why = tests.has(path) || leftOut.includes(path) ? undefined : reason(path);
      if (why === undefined) continue;
      if (tests.size < house.length + most && (reason === itself || !isWholeRun(path))) tests.set(path, why);
      else leftOut.push(path);
    }
  const near = new Set([...tests.keys()].flatMap((path) => [path, ...of(path), ...of(path).flatMap(of)]));
  const uncovered = [...changedCode].filter((path) => path in sources && !near.has(path));
  return { tests, leftOut, uncovered };
}

/** Files that differ from where this branch left main, committed or not, new ones included. @param folder of a checkout */
export function changedFiles(folder: string): string[] {
  const git = (...args: string[]) => {
    const done = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    if (done.status === 0) return done.stdout.split('\0');
    throw new Error(`--quick compares with the branch main, and git failed: ${done.stderr || done.error?.message}`);
  };
  const tracked = git('diff', '--name-only', '-z', '--merge-base', 'main', '--');
  const untracked = git('ls-files', '--others', '--exclude-standard', '-z');
  return [...tracked, ...untracked].filter((path) => path !== '').sort();
}
