// A fake neural engine with the timing of a real one, on the clock of the test. It handles one request at a time,
// cannot interrupt a pass, and caches prompts. Its drafts are always the same; only their time matters.
import type { Clock } from '../../src/common/clock.ts';
import type { CompletionQuery } from '../../src/common/completion.ts';
import { failed, ok, type Result } from '../../src/common/errors.ts';
import type { Engine, RequestOptions } from '../../src/specialist/engine/engine-protocol.ts';
import {
  type LatencyEstimate,
  NEW_POSITION_TOKENS,
  type RequestKind,
  type Requests,
} from '../../src/specialist/engine/engine-protocol.ts';
import { draft } from './specialist.ts';

export interface Pace {
  /** Time for a token of the prompt, ms. */
  readonly tokenMs: number;
  /** Time for a line of 12 tokens, ms. */
  readonly lineMs: number;
}

interface Prompt {
  readonly path: string;
  readonly suffix: string;
  prefix: string;
  /** Tokens that are not evaluated yet. */
  left: number;
}

const PROMPT_TOKENS = 500;
const CHUNK = 256;
const PROMPTS = 4;
const CHARACTERS = 3.5;

export class PacedEngine implements Engine {
  asked = 0;
  finished = 0;
  private readonly clock: Clock;
  private readonly pace: Pace;
  private queue: Promise<unknown> = Promise.resolve();
  private prompts: Prompt[] = [];

  constructor(clock: Clock, pace: Pace) {
    this.clock = clock;
    this.pace = pace;
  }

  request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    { signal, onProgress }: RequestOptions<K> = {},
  ): Promise<Result<Requests[K]['result']>> {
    const answered = (value: unknown) => ok(value as Requests[K]['result']);
    if (kind === 'open') return Promise.resolve(answered({ files: 1, tokens: 1, loadMs: 1 }));
    if (kind !== 'draft' && kind !== 'warm') return Promise.resolve(answered({}));
    if (kind === 'draft') this.asked++;
    const { query } = request as Requests['draft']['request'];
    const result = this.queue.then(async () => {
      const abortSignal = signal as AbortSignal;
      const onEstimate = onProgress as ((of: LatencyEstimate) => void) | undefined;
      const isDone =
        !abortSignal.aborted &&
        (await this.prompt(query, abortSignal, onEstimate)) &&
        (kind === 'warm' || (await this.line(query, abortSignal)));
      if (!isDone) return failed('cancelled', 'Cancelled.');
      if (kind === 'warm') return answered({});
      this.finished++;
      return answered(draft('neural();', 0.99, { model: 'base + n-gram', confidence: 0.9 }));
    });
    this.queue = result;
    return result;
  }

  private async prompt(
    { path, prefix, suffix }: CompletionQuery,
    signal: AbortSignal,
    onEstimate: ((of: LatencyEstimate) => void) | undefined,
  ): Promise<boolean> {
    const nearSuffix = suffix.slice(0, 200);
    const room = PROMPT_TOKENS * CHARACTERS;
    let prompt = this.prompts.find(
      (each) => each.path === path && each.suffix === nearSuffix && Math.abs(each.prefix.length - prefix.length) < room,
    );
    if (!prompt) {
      prompt = { path, suffix: nearSuffix, prefix, left: PROMPT_TOKENS };
      this.prompts.unshift(prompt);
      this.prompts.length = Math.min(PROMPTS, this.prompts.length);
    }
    prompt.left += Math.max(1, Math.ceil((prefix.length - prompt.prefix.length) / CHARACTERS));
    prompt.prefix = prefix;
    const { tokenMs, lineMs } = this.pace;
    const ms = lineMs + (prompt.left >= NEW_POSITION_TOKENS ? prompt.left * tokenMs : 0);
    onEstimate?.({ promptTokens: prompt.left, ms });
    while (prompt.left > 0) {
      const part = Math.min(CHUNK, prompt.left);
      await this.clock.sleep(part * tokenMs);
      prompt.left -= part;
      if (signal.aborted) return false;
    }
    return true;
  }

  /** Drafts a line of 4 to 16 tokens; the number depends on the position. Returns false if it was aborted. */
  private async line({ prefix }: CompletionQuery, signal: AbortSignal): Promise<boolean> {
    const passes = 4 + ((prefix.length * 7) % 13);
    for (let pass = 0; pass < passes; pass++) {
      await this.clock.sleep(this.pace.lineMs / 12);
      if (signal.aborted) return false;
    }
    return true;
  }
}
