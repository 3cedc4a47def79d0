// Recorded answers of a large model, and what one is worth at a position of a commit.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { type CheckDeps, checkedEdit, type ProposedEdit } from '../../src/edits/large-model/check.ts';
import type { EditedPlace } from '../../src/edits/large-model/place.ts';
import { type EditRequest, editPrompt, readEdit } from '../../src/edits/large-model/prompt.ts';
import { unknownModel } from '../../src/llm/protocol/models.ts';
import { DEFAULT_THRESHOLD } from '../../src/routing/limits.ts';
import { writePrompts } from '../evidence/write-prompts.ts';
import { type EditPosition, placeOf } from './positions.ts';
import { type Outcome, outcomeOf } from './score.ts';

/** What a reader sees of a name: neither the project nor what is expected. */
function blindId(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 8);
}

interface AskedItem {
  /** Of the scenario, or the position. */
  readonly name: string;
  /** Items of a source are answered by one reader, in their order, each in another group. */
  readonly source: string;
  readonly request: EditRequest;
}

/** Items of a reader. */
const OF_READER = 40;
/** Items of a source count as parts of a document that do not see each other, UTF-16 units. */
const APART = 10_000;

/** Writes the prompts for readers who play the large model. @returns the number of readers */
export function writeItems(set: string, into: string, asked: readonly AskedItem[]): number {
  const items = asked.map(({ name, source, request }, i) => {
    const { system, user } = editPrompt(request, unknownModel);
    const text = user.map((block) => block.text).join('');
    const known = { estimate: 0, localRight: false, prompts: { bare: { system: system.text, user: text } } };
    return { id: blindId(name), document: source, offset: i * APART, ...known };
  });
  return writePrompts({ name: set, items }, into, OF_READER);
}

/** The answer to an item's prompt. @param set name of a file in bench/data/edits/ */
export function recordedAnswers(set: string): (name: string) => string | undefined {
  const lines = readFileSync(join(root, 'bench/data/edits', `${set}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  const answers = new Map(
    lines.map((line) => {
      const { id, answer } = JSON.parse(line) as { id: string; answer: string };
      return [id, answer];
    }),
  );
  return (name) => answers.get(blindId(name));
}

export interface Judged {
  /** 'later': exactly a later hunk of the file; 'needless': nothing follows near by. */
  readonly outcome: Outcome | 'later' | 'needless';
  readonly isRight: boolean;
  /** Characters that it writes. */
  readonly characters: number;
}

/** The text after an answer, and what it writes, as the product would offer it by default; undefined: it would not. */
export function offered(place: EditedPlace, answer: string, deps: CheckDeps) {
  return offeredEdit(place, readEdit(answer), deps);
}

export function offeredEdit(place: EditedPlace, proposed: ProposedEdit | undefined, deps: CheckDeps) {
  if (proposed === undefined || proposed.sure < DEFAULT_THRESHOLD) return undefined;
  const change = checkedEdit(place, proposed, deps);
  if (typeof change === 'string') return undefined;
  const { start, end, text: written } = change;
  return { after: place.text.slice(0, start) + written + place.text.slice(end), written };
}

const SILENT: Judged = { outcome: 'silent', isRight: false, characters: 0 };

export function judged(position: EditPosition, answer: string): Judged {
  const { text, expected, later, follows } = position;
  const offer = offered(placeOf(position), answer, position);
  if (offer === undefined) return SILENT;
  const { after } = offer;
  const characters = offer.written.trim().length;
  if (later.some((each) => each.trimEnd() === after.trimEnd()) && after.trimEnd() !== expected?.trimEnd())
    return { outcome: 'later', isRight: true, characters };
  if (expected === undefined || follows === 'far') return { outcome: 'needless', isRight: false, characters };
  const outcome = outcomeOf(text, after, expected);
  return { outcome, isRight: outcome === 'exact', characters };
}
