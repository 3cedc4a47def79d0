// What the large model's answers bring to training: specialists of the renamed package, trained for equal steps on the true text alone and with
// the recorded answers, each with several seeds.

import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workFolder } from '../../src/adaptation/models/folder-models.ts';
import { train } from '../../src/adaptation/stages/training.ts';
import { trainingDataFrom } from '../../src/adaptation/stages/training-labels.ts';
import type { TrainingPosition } from '../../src/adaptation/training-data/samples.ts';
import { samplesFrom, type TrainingData } from '../../src/adaptation/training-data/training-set.ts';
import { unwrap } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import { exactMatch } from '../../src/common/quality.ts';
import { interval } from '../../src/common/statistics/bootstrap.ts';
import { draftOptions, shownDraft } from '../../src/prompts/completion/completion-position.ts';
import { judge } from '../../src/prompts/completion/judge.ts';
import { MIXTURE_FILE } from '../../src/specialist/decoding/types.ts';
import type { EngineClient } from '../../src/specialist/engine/client.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { kindOf, languageIdOf } from '../../src/text/languages.ts';
import { assignSplits } from '../../src/workspace/files/split.ts';
import type { HarvestedFile } from '../../src/workspace/files/types.ts';
import { source } from '../base/specialist.ts';
import type { Base } from '../base/types.ts';
import { spread } from '../common/engines.ts';
import type { PackageFile } from '../common/packages.ts';
import { askedAt, type RecordedPosition } from '../common/recordings.ts';
import { samplePositions } from '../common/sampled-positions.ts';
import type { Figures } from '../figures.ts';
import type { Replayed } from './replay.ts';

const SEEDS = [1, 2, 3];
export const STEPS = 24;
/** Places of validation files that each mixture is fitted on. */
const FITTED = 60;

/** Each with all that stands above it. */
const arms = ['true text only', '+ weights by underfit', '+ confirmed answers'] as const;
type Arm = (typeof arms)[number];
export type TeachingRows = readonly (readonly [Arm, Figures | undefined])[];

interface Lesson extends TrainingPosition {
  readonly right: boolean;
}

/** At a recorded place, by one seed. */
interface Answer {
  readonly file: string;
  readonly right: number;
  readonly api: number;
  readonly nats: number;
  readonly tokens: number;
}

/** @param engines the first one trains. Undefined rows: nothing was recorded that could be learned */
export async function teachingRows(
  engines: readonly EngineClient[],
  base: Base,
  recorded: Replayed | undefined,
  scratch: string,
): Promise<TeachingRows> {
  if (recorded === undefined || recorded.recording.taught.length === 0) return arms.map((arm) => [arm, undefined]);
  const { recording, positions } = recorded;
  const { others, taught } = recording;
  const lessons = taught.map(lessonOf);
  const split = splitOf(others, new Set(lessons.map(({ path }) => path)));
  const failed = lessons.filter(({ right }) => !right);
  const { importance } = trainingDataFrom(lessons.map((example) => ({ example, right: example.right })));
  const lessonsOf: Readonly<Record<Arm, TrainingData | undefined>> = {
    'true text only': { positions: [] },
    '+ weights by underfit': importance && { importance, positions: failed },
    '+ confirmed answers': importance && { importance, positions: lessons },
  };
  const learnt = arms.filter((arm) => lessonsOf[arm] !== undefined);
  const answers = new Map<Arm, Answer[][]>(learnt.map((arm) => [arm, []]));
  for (const seed of SEEDS) {
    for (const arm of learnt) {
      const folder = mkdtempSync(join(scratch, 'taught-'));
      const specialist = { base, split, folder, seed, lessons: lessonsOf[arm] as TrainingData };
      const made = await specialistOf(engines[0] as EngineClient, specialist);
      const answered = await answersOf(engines, made, positions, others);
      answers.get(arm)?.push(answered);
      const figures = [mean(answered, right), loss(answered)].map((figure) => figure.toFixed(3));
      process.stderr.write(`  ${base.name}, seed ${seed}, ${arm}: ${figures.join(' right, loss ')}\n`);
    }
  }
  const first = answers.get(arms[0]) as Answer[][];
  return arms.map((arm) => {
    const own = answers.get(arm);
    return [arm, own && figuresOf(own, first)];
  });
}

function lessonOf({ path, prefix, suffix, truth, completion }: RecordedPosition): Lesson {
  return { path, languageId: 'typescript', prefix, suffix, truth, right: exactMatch(completion, truth) };
}

function fileOf({ path, text }: PackageFile): HarvestedFile {
  const languageId = languageIdOf(path);
  return { path, languageId, kind: kindOf(languageId), text, hash: path, split: 'train', secrets: 0 };
}

/** What the lessons are of is trained on; of the rest, as in the product. */
function splitOf(files: readonly PackageFile[], lessons: ReadonlySet<string>) {
  const splits = assignSplits(files.map(({ path }) => path));
  const of = (split: string) =>
    files.filter(({ path }) => (lessons.has(path) ? 'train' : splits.get(path)) === split).map(fileOf);
  return { train: of('train'), fit: of('validation') };
}

interface Specialist {
  readonly base: Base;
  readonly split: ReturnType<typeof splitOf>;
  readonly folder: string;
  readonly seed: number;
  readonly lessons: TrainingData;
}

const key = 'taught';

/** Trains it and fits its mixture. @returns how the engine opens it, but for its index */
async function specialistOf(engine: EngineClient, { base, split, folder, seed, lessons }: Specialist) {
  const { tokenizer, tokenizerPath } = base;
  const index = NgramModel.build(split.train, tokenizer);
  const { signal } = new AbortController();
  // Nothing stops early: every arm has its steps.
  const access = { base: base.model, precision: 'auto', threads: 1, device: 'cpu', maxSteps: STEPS, seed } as const;
  const request = { specialistFolder: folder, tokenizerPath, neural: access };
  const real = await samplesFrom(split, index, { halvings: 0 }, lessons, { request, tokenizer, signal });
  const samples = { ...real, judged: [] };
  const deps = { engine, request, tokenizer, signal, log: silentLog };
  await train(base.model, samples, access, deps, { limit: 1e9, late: 0 }, () => {});
  const model = workFolder(folder);
  const snapshot = join(folder, 'train.ngram');
  writeFileSync(snapshot, index.serialize());
  const opened = source(base, key, model, snapshot);
  // From its base's on, as in the product.
  copyFileSync(join(base.model, MIXTURE_FILE), join(model, MIXTURE_FILE));
  unwrap(await engine.request('open', opened));
  const fitted = samplePositions(split.fit, FITTED, 1).map((position) => ({
    query: askedAt(position).query,
    truth: position.truth,
  }));
  const { weights } = unwrap(await engine.request('fit', { key, queries: fitted }));
  unwrap(await engine.request('close', { key }));
  writeFileSync(join(model, MIXTURE_FILE), JSON.stringify(weights));
  return { opened, folder, tokenizer };
}

async function answersOf(
  engines: readonly EngineClient[],
  { opened, folder, tokenizer }: Awaited<ReturnType<typeof specialistOf>>,
  positions: readonly RecordedPosition[],
  others: readonly PackageFile[],
): Promise<Answer[]> {
  const snapshot = join(folder, 'all.ngram');
  writeFileSync(snapshot, NgramModel.build(others, tokenizer).serialize());
  for (const engine of engines) unwrap(await engine.request('open', { ...opened, snapshot }));
  const answers = await spread(engines, positions, async (engine, position): Promise<Answer> => {
    const asked = askedAt(position);
    const request = { key, query: asked.query, options: draftOptions(asked) };
    const { text } = shownDraft(unwrap(await engine.request('draft', request)), asked);
    const loss = unwrap(
      await engine.request('lossAt', { key, labeled: { query: asked.query, truth: position.truth } }),
    );
    const verdict = judge(text, position.truth);
    const api = Number(exactMatch(position.completion, position.truth));
    return { file: position.path, right: Number(verdict.right), api, ...loss };
  });
  for (const engine of engines) unwrap(await engine.request('close', { key }));
  return answers;
}

const right = (answer: Answer) => answer.right;
const mean = (answers: readonly Answer[], of: (answer: Answer) => number) =>
  answers.reduce((sum, answer) => sum + of(answer), 0) / Math.max(1, answers.length);
const loss = (answers: readonly Answer[]) => mean(answers, ({ nats }) => nats) / mean(answers, ({ tokens }) => tokens);

/** @param answers by seed, at the same places in the same order. @param first of the first arm */
function figuresOf(answers: readonly (readonly Answer[])[], first: readonly (readonly Answer[])[]): Figures {
  const all = answers.flat();
  const failures = all.filter(({ api }) => api === 0);
  // A file's answers of all seeds, of both arms.
  const pairs = all.map((answer, i) => ({ answer, before: first.flat()[i] as Answer }));
  const files = [...Map.groupBy(pairs, ({ answer }) => answer.file).values()];
  const gain = (of: (answers: readonly Answer[]) => number): Figures => {
    const statistic = (drawn: typeof pairs) =>
      of(drawn.map(({ answer }) => answer)) - of(drawn.map(({ before }) => before));
    return { value: statistic(pairs), ...interval([files], ([drawn = []]) => statistic(drawn.flat())) };
  };
  return {
    places: all.length / answers.length,
    seeds: answers.length,
    'exact-match': mean(all, right),
    'right-where-api-fails': mean(failures, right),
    loss: loss(all),
    'more-right': gain((of) => mean(of, right)),
    'more-loss': gain(loss),
  };
}
