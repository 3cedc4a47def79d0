// Runs test files with node:test, and says of each test that failed how to repeat it.
import { run as runTests } from 'node:test';
import { spec } from 'node:test/reporters';

/** A test that did not pass, or a part of `npm test`. */
export interface Failure {
  readonly name: string;
  /** The command that repeats it, for a shell in the repository's top folder. */
  readonly repeat: string;
}

export interface Outcome {
  readonly passed: number;
  readonly failures: readonly Failure[];
}

export interface NodeTestOptions {
  readonly cwd: string;
  /** Test files that run at the same time, each in a process of its own. */
  readonly concurrency: number;
  /** Whether a test of a file can run without the tests before it. */
  readonly independent: boolean;
}

interface TestEvent {
  readonly name: string;
  /** 0: not inside another test. */
  readonly nesting: number;
  readonly file?: string;
}

/** Some processes that adapt a folder take this much memory, bytes. */
const MEMORY_OF_FILE = 2e9;

/** Test files at the same time: one for each core, as far as the memory suffices. */
export const testConcurrency = (cores: number, memory: number): number =>
  Math.max(1, Math.min(cores, Math.floor(memory / MEMORY_OF_FILE)));

/** A word for a POSIX shell. */
const quoted = (text: string): string =>
  /^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** @param name of the only test to run; undefined: all of the file */
export function repeatCommand(file: string, name?: string): string {
  const escaped = name?.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const only = escaped === undefined ? [] : [`--test-name-pattern=${quoted(`^${escaped}$`)}`];
  return ['npx node --test', ...only, quoted(file)].join(' ');
}

/** The report goes to stdout as it comes. A skipped test counts as one that failed. */
export function runNodeTests(files: readonly string[], options: NodeTestOptions): Promise<Outcome> {
  const { cwd, concurrency, independent } = options;
  return new Promise((resolve, reject) => {
    let passed: number | undefined;
    let others = 0;
    const failures: Failure[] = [];
    const top = `${cwd.replaceAll('\\', '/')}/`;
    const add = ({ name, nesting, file }: TestEvent, why = '') => {
      const [path = '', title = ''] = [file ?? name, name].map((each) => each.replaceAll('\\', '/').replace(top, ''));
      // A file that could not be loaded is itself the test. A test inside a test is not found by its own name.
      const isFile = path === title;
      const repeat = repeatCommand(path, independent && !isFile && nesting === 0 ? name : undefined);
      failures.push({ name: `${isFile ? path : `${path}: ${name}`}${why}`, repeat });
    };
    const stream = runTests({ cwd, files, concurrency, execArgv: ['--disable-warning=ExperimentalWarning'] });
    stream.on('test:fail', (event) => {
      const type = (event.details.error as { failureType?: string }).failureType;
      if (type !== 'subtestsFailed') add(event);
    });
    stream.on('test:pass', (event) => {
      if (event.skip !== undefined || event.todo !== undefined) add(event, ' (skipped)');
    });
    stream.on('test:summary', ({ file, counts }) => {
      // Without a file: the sum over all files.
      if (file !== undefined) return;
      passed = counts.passed;
      others = counts.tests - counts.passed;
    });
    stream.on('error', reject);
    const report = stream.compose(new spec());
    report.on('error', reject);
    report.on('end', () => {
      if (passed === undefined) reject(new Error('no summary of the tests came'));
      else if (others > 0 && failures.length === 0)
        reject(new Error(`${others} tests did not pass, and none said why`));
      else resolve({ passed, failures });
    });
    report.pipe(process.stdout, { end: false });
  });
}
