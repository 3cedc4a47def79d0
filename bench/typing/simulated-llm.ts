// A large model on a virtual clock: right as often as its recorded answers are at that kind of place, and as slow.
import { createHash } from 'node:crypto';
import type { Clock } from '../../src/common/clock.ts';
import { ok, type Result } from '../../src/common/errors.ts';
import { exactMatch } from '../../src/common/quality.ts';
import { normals, uniforms } from '../../src/common/statistics/random.ts';
import {
  estimateTokens,
  type LlmAnswer,
  type LlmClient,
  type LlmUsage,
  type ModelFacts,
  type Prompt,
  priceUsd,
  promptLength,
} from '../../src/llm/protocol/models.ts';
import { defaultModel, modelFacts } from '../../src/llm/providers/anthropic.ts';
import type { CompletionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { commonPrefix } from '../../src/text/edits.ts';
import { CLOSER_OF } from '../../src/text/line-state.ts';
import { lineAfter, lineBefore, lineEnd, lineStart } from '../../src/text/lines.ts';
import type { Ghost } from '../common/editor.ts';
import type { PackageFile } from '../common/packages.ts';
import type { RecordedPosition, Recording } from '../common/recordings.ts';

/** Medians, ms: to the first byte and to the end; spread of their logarithms. */
export const LATENCY = { firstMs: 700, wholeMs: 1100, spread: 0.35 };
/** Answers of all kinds that stand for a kind with few of its own. */
const SHARED_ANSWERS = 5;
/** Lengths of a line's rest, characters: above the last, all are of one kind. */
const LENGTHS = [12, 30];

interface Kind {
  asked: number;
  right: number;
}

/** How a recorded answer was wrong: the share of the true text that it began with, and what it wrote then. */
interface Slip {
  readonly share: number;
  readonly tail: string;
}

/** How often recorded answers are right, by kind of place, and how they are wrong. */
export class RecordedSkill {
  private readonly kinds = new Map<string, Kind>();
  private readonly all: Kind = { asked: 0, right: 0 };
  readonly slips: Slip[] = [];

  constructor(recordings: readonly Recording[]) {
    for (const { places } of recordings) for (const place of places) this.add(place);
  }

  get exactMatch(): number {
    return this.all.right / this.all.asked;
  }

  probability(line: string, rest: string): number {
    const { asked, right } = this.kinds.get(kindOf(line, rest)) ?? { asked: 0, right: 0 };
    return (right + SHARED_ANSWERS * this.exactMatch) / (asked + SHARED_ANSWERS);
  }

  private add({ prefix, truth, completion }: RecordedPosition): void {
    const key = kindOf(lineBefore(prefix), truth);
    const kind = this.kinds.get(key) ?? { asked: 0, right: 0 };
    this.kinds.set(key, kind);
    const isRight = exactMatch(completion, truth);
    for (const each of [kind, this.all]) {
      each.asked++;
      each.right += Number(isRight);
    }
    if (isRight || truth === '') return;
    const kept = commonPrefix(completion, truth);
    this.slips.push({ share: kept / truth.length, tail: completion.slice(kept) });
  }
}

/** At a line's start or inside it, and how much is left of it. */
function kindOf(line: string, rest: string): string {
  return `${line.trim() === '' ? 'start' : 'inside'} ${LENGTHS.filter((length) => rest.trim().length > length).length}`;
}

export interface Calls {
  made: number;
  usd: number;
}

/**
 * Whether it knows a line is drawn once for the line, from the seed: the later it is asked in it, the likelier it is
 * right, as its recorded answers are. It writes the rest of a line, or the next one at a line's end.
 */
export class SimulatedLlm implements LlmClient {
  readonly model = defaultModel;
  readonly facts: ModelFacts = modelFacts(defaultModel);
  readonly calls: Calls = { made: 0, usd: 0 };
  private readonly asked: { readonly at: number; readonly answer: string }[] = [];
  private readonly skill: RecordedSkill;
  private readonly texts: ReadonlyMap<string, string>;
  private readonly clock: Clock;
  private readonly seed: number;

  constructor(skill: RecordedSkill, files: readonly PackageFile[], clock: Clock, seed: number) {
    this.skill = skill;
    this.texts = new Map(files.map(({ path, text }) => [path, text]));
    this.clock = clock;
    this.seed = seed;
  }

  async ask(...[prompt, signal, onText, onLost]: Parameters<LlmClient['ask']>): Promise<Result<LlmAnswer>> {
    const { clock } = this;
    const { path, prefix, suffix } = (prompt as CompletionPrompt).request.query;
    const text = this.texts.get(path) ?? '';
    const found = text.indexOf(prefix);
    const at = found < 0 ? text.length : found + prefix.length;
    const normal = normals(seedOf(`${this.seed} ${path} ${at}`));
    const slow = Math.exp(LATENCY.spread * normal());
    const firstTokenMs = LATENCY.firstMs * slow;
    const latencyMs = firstTokenMs + (LATENCY.wholeMs - LATENCY.firstMs) * Math.exp(LATENCY.spread * normal());
    const answer = this.answer(path, text, at, suffix);
    const usage = this.usageOf(prompt, answer);
    const costUsd = priceUsd(usage, this.facts);
    this.asked.push({ at: clock.monotonic(), answer });
    this.calls.made++;
    this.calls.usd += costUsd;
    const paid: LlmAnswer = {
      ...{ text: answer, model: this.model, usage, costUsd, latencyMs, firstTokenMs, truncated: false },
    };
    try {
      await clock.sleep(firstTokenMs, signal);
      onText?.(prompt.prefill + answer.slice(0, 2));
      await clock.sleep(latencyMs - firstTokenMs, signal);
    } catch (error) {
      onLost?.(paid);
      throw error;
    }
    return ok(paid);
  }

  /** From the key that a suggestion answers, or from the call that it is of where that is earlier, ms. */
  waitFor({ since, text, shown: { completion, waitedMs } }: Ghost): number {
    const call =
      completion.source === 'api'
        ? this.asked.findLast(({ at, answer }) => at <= since && answer.includes(text.trim()))
        : undefined;
    return Math.max(waitedMs, since - (call?.at ?? since));
  }

  estimateUsd(prompt: Prompt): number {
    return priceUsd(this.usageOf(prompt, 'x'.repeat(30)), this.facts);
  }

  ceilingUsd(prompt: Prompt): number {
    return this.estimateUsd(prompt);
  }

  private usageOf(prompt: Prompt, answer: string): LlmUsage {
    const { all, cached } = promptLength(prompt);
    return {
      inputTokens: estimateTokens(all - cached, this.facts),
      cacheWriteTokens: 0,
      cacheReadTokens: estimateTokens(cached, this.facts),
      outputTokens: estimateTokens(answer.length, this.facts),
    };
  }

  private answer(path: string, text: string, at: number, suffix: string): string {
    const line = lineBefore(text.slice(0, at));
    const rest = text.slice(at, lineEnd(text, at)).trimEnd();
    const next = /^\s*\n(\s*\S[^\n]*)/.exec(text.slice(at))?.[1]?.trimEnd();
    const isAtEnd = rest === '';
    const truth = isAtEnd ? (next === undefined ? '' : `\n${next}`) : beforeClosers(rest, lineAfter(suffix));
    const start = isAtEnd ? lineEnd(text, at) + 1 : lineStart(text, at);
    const uniform = uniforms(seedOf(`${this.seed} ${path} ${start}`));
    const [knows, which] = [uniform(), uniform()];
    if (truth.trim() === '' || knows < this.skill.probability(isAtEnd ? '' : line, truth)) return truth;
    const { slips } = this.skill;
    const { share, tail } = slips[Math.floor(which * slips.length)] as Slip;
    const kept = Math.min(truth.length - 1, Math.floor(share * truth.length));
    return truth.slice(0, kept) + (tail[0] === truth[kept] ? `_${tail}` : tail);
  }
}

/** The part of a line's rest that comes before the bracket or quote that the editor has closed behind the cursor. */
function beforeClosers(rest: string, after: string): string {
  const [closer = ''] = after;
  if (/["'`]/.test(closer)) return rest.slice(0, indexOrEnd(rest, rest.indexOf(closer)));
  if (!/[)\]}]/.test(closer)) return rest;
  let depth = 0;
  for (let i = 0; i < rest.length; i++) {
    const character = rest[i] as string;
    if (CLOSER_OF[character] !== undefined) depth++;
    else if (/[)\]}]/.test(character) && depth-- === 0) return rest.slice(0, i);
  }
  return rest;
}

const indexOrEnd = (text: string, index: number) => (index < 0 ? text.length : index);

export function seedOf(text: string): number {
  return createHash('sha1').update(text).digest().readInt32LE();
}
