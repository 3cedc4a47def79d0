// A fake neural engine with the timing of a real one, on the clock of the test. It handles one request at a time,
// cannot interrupt a pass, and caches prompts. Its drafts are always the same; only their time matters.
import type { Clock } from '../../src/common/clock.ts';
import type { CompletionQuery } from '../../src/common/completion.ts';
import { failed, ok } from '../../src/common/errors.ts';
import { type LatencyEstimate, NEW_POSITION_TOKENS } from '../../src/specialist/engine/engine-protocol.ts';
import { ScriptedEngine } from './engine.ts';
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

export class PacedEngine extends ScriptedEngine {
  finished = 0;
  private readonly clock: Clock;
  private readonly pace: Pace;
  private queue: Promise<unknown> = Promise.resolve();
  private prompts: Prompt[] = [];

  constructor(clock: Clock, pace: Pace) {
    super({}, false);
    this.clock = clock;
    this.pace = pace;
    this.script = {
      open: () => ok({ files: 1, tokens: 1, loadMs: 1 }),
      warm: ({ query }, { signal }) => this.inTurn(async () => (await this.prompt(query, signal)) && {}),
      draft: ({ query }, { signal, onProgress }) =>
        this.inTurn(async () => {
          if (!(await this.prompt(query, signal, onProgress)) || !(await this.line(query, signal))) return false;
          this.finished++;
          return draft('neural();', 0.99, { model: 'base + n-gram', confidence: 0.9 });
        }),
    };
  }

  private inTurn<T extends object>(work: () => Promise<T | false>) {
    const result = this.queue.then(work).then((value) => (value ? ok(value) : failed('cancelled', 'Cancelled.')));
    this.queue = result;
    return result;
  }

  private async prompt(
    { path, prefix, suffix }: CompletionQuery,
    signal: AbortSignal,
    onEstimate?: (of: LatencyEstimate) => void,
  ): Promise<boolean> {
    if (signal.aborted) return false;
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
