// What is waited for on this machine: a base alone, its first token and a line; and, through the engine process, the specialist's whole draft.

import { unwrap } from '../../src/common/errors.ts';
import { quantile } from '../../src/common/quality.ts';
import { threadCount } from '../../src/common/threads.ts';
import type { EngineClient } from '../../src/specialist/engine/client.ts';
import { withEngines } from '../common/engines.ts';
import { type AloneProcess, withAlone } from '../common/greedy/processes.ts';
import { lineTokens } from '../common/line-figures.ts';
import type { Figures } from '../figures.ts';
import { type Cursor, cursorsOf, isPublic, queryAt } from './cursors.ts';
import { loading, source } from './specialist.ts';
import type { Base, BaseContext, Show } from './types.ts';

/** As in the product. */
const threads = threadCount('auto');
const promptTokens = 512;
const coldTries = 30;
/** Keystrokes that follow each cold prompt. */
const keystrokes = 5;
const tokensOfLine = 12;

interface Waited {
  readonly firstMs: number;
  readonly wholeMs: number;
  readonly tokens: number;
}

export async function latency({ bases, prepared }: BaseContext, show: Show): Promise<void> {
  for (const base of bases) {
    const cursors = cursorsOf(prepared(base)).filter(isPublic);
    const row = (name: string, waits: readonly number[]) => show([base.name, name], spanOf(waits));
    const measured = async ([process]: readonly AloneProcess[]) => {
      const { cold, warm } = await neural(process as AloneProcess, cursors, base);
      const firstOf = (waits: readonly Waited[]) => waits.map(({ firstMs }) => firstMs);
      const whole = warm.filter(({ tokens }) => tokens === tokensOfLine).map(({ wholeMs }) => wholeMs);
      row(`first token, cold prompt of ${promptTokens} tokens`, firstOf(cold));
      row('first token, a character more', firstOf(warm));
      row(`line of ${tokensOfLine} tokens, a character more`, whole);
    };
    await withAlone(loading(base, threads), measured, 1);
    // Another process: the caches and the memory of the first are not this one's.
    await withEngines(async ([engine]) => {
      const drafts = await mixed(engine as EngineClient, cursors, base);
      row('line in the product, cold', drafts.cold);
      row('line in the product, warm', drafts.warm);
    }, 1);
  }
}

function spanOf(waits: readonly number[]): Figures {
  return {
    'p50-ms': quantile(waits, 0.5),
    'p95-ms': quantile(waits, 0.95),
    'least-ms': Math.min(...waits),
    n: waits.length,
  };
}

/** Evenly spread cursors, so that no two follow each other in a file. */
function spaced(cursors: readonly Cursor[], count: number): Cursor[] {
  const kept = Math.min(count, cursors.length);
  return Array.from({ length: kept }, (_, i) => cursors[Math.floor((i * cursors.length) / kept)] as Cursor);
}

async function neural(process: AloneProcess, cursors: readonly Cursor[], { tokenizer }: Base) {
  const cold: Waited[] = [];
  const warm: Waited[] = [];
  const everything = cursors.map(({ position }) => `${position.prefix}${position.truth}\n`);
  for (const [i, { position }] of spaced(cursors, coldTries + 1).entries()) {
    // Enough text for any cursor: its own file before it, and other files before that.
    const ids = tokenizer.encode(`${everything.slice(i, i + 4).join('')}${position.prefix}`.slice(-promptTokens * 20));
    let text = tokenizer.decode(ids.slice(-promptTokens));
    const first = await wait(process, text);
    // The first of all runs code that was never run.
    if (i > 0) cold.push(first);
    for (const character of position.truth.slice(0, keystrokes)) {
      text += character;
      warm.push(await wait(process, text));
    }
  }
  return { cold, warm };
}

async function wait(process: AloneProcess, text: string): Promise<Waited> {
  const started = performance.now();
  const request = { prompt: [text], maxTokens: tokensOfLine };
  const { steps, firstMs } = await process.ask('complete', request);
  return { firstMs, wholeMs: performance.now() - started, tokens: steps.length };
}

/** Another cursor each time (cold), then a character more and more (warm). */
async function mixed(engine: EngineClient, cursors: readonly Cursor[], base: Base) {
  const cold: number[] = [];
  const warm: number[] = [];
  for (const { name, snapshot } of new Set(cursors.map(({ prepared }) => prepared))) {
    unwrap(await engine.request('open', source(base, name, base.model, snapshot, threads)));
  }
  for (const [i, { prepared, position }] of spaced(cursors, coldTries + 1).entries()) {
    for (let typed = 0; typed <= Math.min(keystrokes, position.truth.length - 1); typed++) {
      const query = { ...queryAt(position), prefix: position.prefix + position.truth.slice(0, typed) };
      const started = performance.now();
      const options = { multiline: false, maxTokens: lineTokens };
      unwrap(await engine.request('draft', { key: prepared.name, query, options }));
      if (i > 0) (typed === 0 ? cold : warm).push(performance.now() - started);
    }
  }
  return { cold, warm };
}
