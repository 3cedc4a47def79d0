// What the large model writes for a folder, and whether that is learned: a small model is trained on it for a few steps, and for as many without it, and what
// foresees held-out files better is what the folder's own model is trained on.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, isCancelled, messageOf } from '../common/errors.ts';
import { counted, percent } from '../common/format.ts';
import { otherWords, type Samples, sampleOptions } from '../lessons/drawn.ts';
import { byFailing, type Failing, hardlyShown, type Subject } from '../lessons/subjects.ts';
import { kept, type Piece, writeRequests, writtenSamples } from '../lessons/written.ts';
import { smallerThan } from '../package/list.ts';
import { dialectOf } from '../package/manifest.ts';
import { writePrompt } from '../tasks/write/write-prompt.ts';
import type { Teacher } from '../teacher/types.ts';
import { turn } from './cancellation.ts';
import { indexOf } from './drafts.ts';
import { workFolder } from './folder-models.ts';
import { Answered, askAll } from './labels.ts';
import type { LearnWalk, Run, Taught, ToWrite, Weighed, WrittenTexts } from './made.ts';
import { accessOf } from './neural.ts';
import type { Tell } from './stage-walk.ts';
import { budgetSeconds, train } from './training.ts';
import type { AdaptRequest } from './types.ts';

/** Functions that are looked at for each text that is asked for. */
const POOL = 4;
/** Minutes of a run that leave time to try what was written. */
const LEAST_MINUTES = 8;
/** Steps of a trial, a schedule of their own to its end. */
const STEPS = 10;
/** A machine on which the first trial takes more of the run's time makes none of the other. */
const SHARE = 0.15;

/** As many as may be asked for in a run of so many minutes; 0: there is no time to try them. */
export function mostWritten({ neural }: Pick<AdaptRequest, 'neural'>, most: number): number {
  return neural !== undefined && budgetSeconds(neural) >= 60 * LEAST_MINUTES ? most : 0;
}

/** Of which `most` are asked for, when it is known where the model fails: until then what the dearest costs stands for each. */
export async function toWrite({ teacher, held, signal }: Run, most: number): Promise<ToWrite> {
  if (most === 0 || teacher === undefined || teacher.facts.infill !== undefined) return { pool: [], most: 0 };
  const { facts } = teacher;
  const subjects = await hardlyShown(held.train, POOL * most, () => turn(signal));
  const pool = writeRequests(subjects, held.train).map((request, at) => {
    return { subject: subjects[at] as Subject, request, prompt: writePrompt(request, facts) };
  });
  return { pool, most: Math.min(most, pool.length) };
}

/** Those that are asked for: first about what it fails at. */
export function toAskFor({ pool, most }: ToWrite, { answers }: Taught, train: Run['held']['train']): ToWrite['pool'] {
  return byFailing(pool, ({ subject }) => subject, failingIn(answers, train)).slice(0, most);
}

/** What one text may cost: nobody knows which are asked for until it is known where the model fails. */
export function mostFor(teacher: Teacher, { pool }: Pick<ToWrite, 'pool'>): number {
  return pool.reduce((high, { prompt }) => Math.max(high, teacher.estimateUsd(prompt)), 0);
}

export async function writtenOf(walk: LearnWalk, tell: Tell): Promise<WrittenTexts> {
  const { request, notes, held } = walk.run;
  const asking = request.neural && request.api ? await walk.get('asking') : undefined;
  // As for what is taught.
  if (asking === undefined) return (await walk.last('written')) ?? { pieces: [], asked: 0, whole: false };
  // Not paid for where there is nobody to learn it.
  accessOf(walk.run);
  const { teacher, write, as } = asking;
  const asked = toAskFor(write, await walk.get('taught'), held.train);
  const answers = new Map<ToWrite['pool'][number], Piece>();
  const outcome = await askAll(walk.run, teacher, asked, new Answered(asked.length, tell), (each, answer) => {
    // What was cut short does not parse, or teaches to end anywhere.
    answers.set(each, { path: each.request.path, text: answer.truncated ? '' : answer.text });
  });
  if (outcome.stopped !== undefined) notes.push(`Having the API write stopped early: ${outcome.stopped.message}`);
  const written = asked.flatMap((each) => answers.get(each) ?? []);
  const pieces = await kept(written, held.train);
  return { pieces, asked: written.length, whole: written.length === asked.length, as };
}

function failingIn(
  answers: readonly { path: string; offset: number; length: number; right: boolean }[],
  train: Run['held']['train'],
): Failing[] {
  const texts = new Map(train.map(({ path, text }) => [path, text]));
  return answers
    .filter(({ right }) => !right)
    .map(({ path, offset, length }) => ({ path, truth: texts.get(path)?.slice(offset, offset + length) ?? '' }));
}

/** Tries both, and says which foresees held-out files better. */
export async function weighedOf(walk: LearnWalk, tell: Tell): Promise<Weighed> {
  const { run } = walk;
  const { pieces } = await walk.get('written');
  if (pieces.length === 0) return { learned: false };
  const access = accessOf(run);
  // What a small model learns of a text says what a larger one does (Xie et al. 2023, DoReMi), in a fraction of its time.
  const base = (access.noOther ? undefined : smallerThan(access.base).at(-1)) ?? access.base;
  const limit = { limit: Number.MAX_SAFE_INTEGER, late: 0 };
  const folder = join(workFolder(run.request.specialistFolder), 'trial');
  const tried = async (name: string, samples: Samples) => {
    const request = { ...run.request, specialistFolder: join(folder, name) };
    const { report } = await train(base, samples, { ...access, maxSteps: STEPS }, { ...run, request }, limit, tell);
    const losses = report.losses ?? (report.loss ? [{ loss: report.loss.after, mixed: undefined }] : []);
    return Math.min(...losses.map(({ loss, mixed }) => mixed ?? loss));
  };
  try {
    const without = await walk.get('samples');
    if (without.judged.length === 0)
      return { learned: false, why: 'no file is held out to find out whether that helps' };
    const since = run.elapsed();
    const own = await tried('without', without);
    if (run.elapsed() - since > SHARE * budgetSeconds(access))
      return { learned: false, why: 'this machine is too slow to find out whether that helps' };
    const both = await tried('with', { ...without, examples: [...without.examples, ...(await written(walk, base))] });
    return { learned: both < own, losses: { without: own, with: both } };
  } catch (error) {
    if (!(error instanceof CodedError) || isCancelled(error)) throw error;
    return { learned: false, why: messageOf(error) };
  } finally {
    if (!run.signal.aborted) rmSync(folder, { recursive: true, force: true });
  }
}

async function written(walk: LearnWalk, base: string) {
  const { tokenizer, request } = walk.run;
  const { pieces } = await walk.get('written');
  const words = otherWords(base, request.tokenizerPath) ?? tokenizer;
  const options = sampleOptions(await indexOf(walk), dialectOf(base));
  return writtenSamples(pieces, words, { ...options, seed: request.neural?.seed ?? options.seed });
}

/** All that is learned from: the folder's own text, and what the large model wrote where that helps. */
export async function samplesToLearn(walk: LearnWalk): Promise<Samples> {
  const own = await walk.get('samples');
  const { learned } = await walk.get('weighed');
  if (!learned) return own;
  return { ...own, examples: [...own.examples, ...(await written(walk, accessOf(walk.run).base))] };
}

/** For the report; undefined where nothing was written. */
export function writtenInWords({ asked, pieces }: WrittenTexts, { learned, losses, why }: Weighed): string | undefined {
  if (asked === 0) return undefined;
  const good = `The API wrote ${counted(asked, 'text')} in the folder's style about functions that it hardly shows; ${pieces.length} parse and name only what exists (${percent(pieces.length / asked)})`;
  if (pieces.length === 0) return `${good}.`;
  if (losses === undefined) return `${good}; they were not learned${why === undefined ? '' : `: ${why}`}.`;
  const figures = `${losses.with.toFixed(4)} instead of ${losses.without.toFixed(4)} nats a token`;
  return `${good}; after ${STEPS} steps with them held-out files are foreseen ${learned ? 'better' : 'no better'} (${figures}), so they were ${learned ? '' : 'not '}learned.`;
}
