// Positions after hunks of commits that nothing is fitted on: whether the large model is asked for the edit that
// follows, and what its recorded answers are worth.
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { editPrompt, editRequestAt } from '../../src/edits/large-model/prompt.ts';
import { followUp } from '../../src/edits/large-model/worth.ts';
import { estimateTokens, priceUsd, promptLength } from '../../src/llm/protocol/models.ts';
import { defaultModel, modelFacts } from '../../src/llm/providers/anthropic.ts';
import { editPriceOf } from '../../src/routing/limits.ts';
import type { BenchOptions, Figures } from '../figures.ts';
import { kebab, put, Table } from '../print.ts';
import { commitsOf, withRepositories } from '../replay/commits.ts';
import { type Judged, judged, recordedAnswers, writeItems } from './answers.ts';
import { type EditPosition, placeOf, sampled } from './positions.ts';

/** Nothing of the large model's edits is fitted on them. */
const REPOSITORIES = ['bubbletea', 'pydantic-settings'];
const COMMITTED = join(root, 'bench/data/commits');
const SAMPLE = { count: 60, perCommit: 3, seed: 49 };
/** The setting's default, and others; 1 asks everywhere. */
const BALANCES = [0.35, 0.4, 0.45, 1];
/** A hunk takes a person 20 s: see replay/next.ts. */
const EDITS_AN_HOUR = 180;
const ANSWER_TOKENS = { edit: 80, none: 5 };

interface Asked {
  readonly position: EditPosition;
  readonly answer: Judged;
  /** Estimate of the gate. */
  readonly p: number;
  readonly usd: number;
}

/** @param names repositories, or undefined for those that nothing is fitted on */
export async function meaning({ repositories, into }: BenchOptions, names?: readonly string[]): Promise<Figures> {
  const positions: EditPosition[] = [];
  await withRepositories(repositories ?? COMMITTED, names ?? REPOSITORIES, async (paths) => {
    for (const path of paths) positions.push(...(await sampled(commitsOf(path), SAMPLE)));
  });
  if (into !== undefined) {
    const items = positions.flatMap((position) =>
      position.hasLocal
        ? []
        : [{ name: position.id, source: position.commit, request: editRequestAt(placeOf(position)) }],
    );
    return { positions: positions.length, readers: writeItems('commits', into, items) };
  }
  const answers = recordedAnswers('commits');
  const figures: Record<string, Figures> = {};
  const table = new Table({
    'calls-of-100-edits': 'calls',
    'right-or-nearer-share': 'or nearer',
    'dollars-an-hour': '$/hour',
  });
  const all = positions.flatMap((position) => askedAt(position, answers));
  const show = (name: string, own: readonly Asked[], edits: number) => {
    for (const balance of BALANCES) {
      const row = figuresOf(own, edits, editPriceOf(balance, false));
      table.row(`${name}, balance ${balance}`, row);
      put(figures, [name, `balance ${balance}`], row);
    }
  };
  for (const [name, own] of Map.groupBy(all, ({ position }) => position.repository))
    show(name, own, positions.filter(({ repository }) => repository === name).length);
  show('both', all, positions.length);
  return kebab({ meaning: figures });
}

function askedAt(position: EditPosition, answers: ReturnType<typeof recordedAnswers>): Asked[] {
  if (position.hasLocal) return [];
  const written = answers(position.id);
  if (written === undefined) throw new Error(`No answer was recorded at ${position.id}.`);
  const facts = modelFacts(defaultModel);
  const prompt = editPrompt(editRequestAt(placeOf(position)), facts);
  const answer = judged(position, written);
  const inputTokens = estimateTokens(promptLength(prompt).all, facts);
  const outputTokens = /<new>/.test(written) ? ANSWER_TOKENS.edit : ANSWER_TOKENS.none;
  const usage = { inputTokens, outputTokens, cacheWriteTokens: 0, cacheReadTokens: 0 };
  return [{ position, answer, p: followUp(placeOf(position)), usd: priceUsd(usage, facts) }];
}

function figuresOf(own: readonly Asked[], edits: number, price: number): Figures {
  const asked = own.filter(({ p }) => p > price);
  const offered = asked.filter(({ answer }) => answer.outcome !== 'silent');
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const right = offered.filter(({ answer }) => answer.isRight);
  const nearer = offered.filter(({ answer }) => answer.outcome === 'nearer').length;
  const quiet = own.filter(({ position }) => position.follows === 'nothing');
  const silent = quiet.filter((one) => !offered.includes(one)).length;
  const gain = (some: readonly Asked[]) =>
    some.reduce((sum, { answer }) => sum + (answer.isRight ? answer.characters : 0), 0);
  const usd = asked.reduce((sum, one) => sum + one.usd, 0);
  return {
    'calls-of-100-edits': (100 * asked.length) / edits,
    offered: offered.length,
    'exact-share': share(right.length, offered.length),
    'right-or-nearer-share': share(right.length + nearer, offered.length),
    quiet: quiet.length,
    'silent-share': share(silent, quiet.length),
    'gain-kept-share': share(gain(right), gain(own)),
    'dollars-an-hour': (usd / edits) * EDITS_AN_HOUR,
  };
}
