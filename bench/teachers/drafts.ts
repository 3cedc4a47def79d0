// A real server as the local neural model: drafts along a text as it is typed, their tokens' probabilities, and a kill in between.
import { join } from 'node:path';
import { systemClock } from '../../src/common/clock.ts';
import type { CompletionQuery, Draft } from '../../src/common/completion.ts';
import type { Result } from '../../src/common/errors.ts';
import { quantile } from '../../src/common/quality.ts';
import type { Redactor } from '../../src/common/redaction.ts';
import { ServedEngine, servedModel } from '../../src/completion/served-engine.ts';
import { PATIENCE_MS } from '../../src/completion/specialist.ts';
import { connectLlm, listModels } from '../../src/llm/connect.ts';
import { tokenizerAt } from '../../src/neural/inference/language-model.ts';
import { cutsOf } from '../../src/prompts/completion/cuts.ts';
import { draftWithServed } from '../../src/specialist/decoding/served-line.ts';
import { otherMakersWeights } from '../../src/specialist/decoding/weights.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { Figures } from '../figures.ts';
import type { Server } from './server.ts';

const timeoutMs = 120_000;
const text = `/** A shop's basket. */
export class Basket {
  private readonly items: Item[] = [];

  add(item: Item): void {
    this.items.push(item);
  }

  remove(item: Item): void {
    const index = this.items.indexOf(item);
    if (index >= 0) this.items.splice(index, 1);
  }

  total(): number {
    return this.items.reduce((sum, item) => sum + item.price * item.count, 0);
  }
}
`;
const asIs: Redactor = { text: async (each) => each, path: async (each) => each };

export async function drafts(server: Server): Promise<Figures> {
  const settings = { provider: 'served', apiKey: '', baseUrl: server.url, model: 'model', timeoutMs };
  const tokenizer = join(import.meta.dirname, '../../models/medium/tokenizer.json');
  const ngram = NgramModel.build([], tokenizerAt(tokenizer));
  const weights = otherMakersWeights();
  const engine = new ServedEngine({
    llm: connectLlm(settings, { stallMs: timeoutMs }),
    models: (signal) => listModels(settings, signal),
    rank: (query, options, answer) => draftWithServed(ngram, query, options, answer, weights),
    ...{ redact: asIs, mayLeave: () => true, clock: systemClock },
  });
  const name = `${servedModel('model').name} + n-gram`;
  const open = () => engine.request('open', { ...servedModel('model'), key: 'bench', changes: [] });
  const at = (cursor: number): CompletionQuery => ({
    ...{ path: 'src/basket.ts', languageId: 'typescript' },
    ...{ prefix: text.slice(0, cursor), suffix: text.slice(cursor) },
  });
  const ask = (query: CompletionQuery, signal?: AbortSignal): Promise<Result<Draft>> =>
    engine.request(
      'draft',
      { key: 'bench', query, options: { multiline: false, maxTokens: 48 } },
      signal ? { signal } : {},
    );
  const opened = await open();
  const took: number[] = [];
  const made: { readonly query: CompletionQuery; readonly draft: Draft }[] = [];
  const failures = new Set<string>();
  // Every third character, as somebody types.
  for (let cursor = 60; cursor < text.length; cursor += 3) {
    const query = at(cursor);
    const began = performance.now();
    const draft = await ask(query);
    took.push(performance.now() - began);
    if (draft.ok) made.push({ query, draft: draft.value });
    else failures.add(draft.error.code);
  }
  const controller = new AbortController();
  const long = ask(at(60), controller.signal);
  controller.abort();
  const cancelled = await long;
  await server.kill();
  const away = await ask(at(60));
  const closed = await open();
  await server.up();
  const back = await open();
  const again = await ask(at(60));
  const sound = made.filter(({ draft: { tokens, text: line, model } }) => {
    const joined = tokens.map((token) => token.text).join('');
    const sane = tokens.every(({ probability: p, margin, entropy }) => p > 0 && p <= 1 && margin <= p && entropy >= 0);
    return sane && joined.includes(line) && model === name;
  });
  const cuts = made.filter(({ draft, query }) => cutsOf(draft, { query }).length > 1);
  return {
    opened: opened.ok ? 'yes' : opened.error.message,
    keys: took.length,
    drafts: made.length,
    'said-nothing': failures.size === 0 ? 'never' : [...failures].join(', '),
    'with-sane-tokens': sound.length,
    'that-may-be-cut': cuts.length,
    'p50-ms': Math.round(quantile(took, 0.5)),
    'p95-ms': Math.round(quantile(took, 0.95)),
    'in-time': took.filter((ms) => ms <= PATIENCE_MS).length / took.length,
    cancelled: cancelled.ok ? 'no' : cancelled.error.code,
    killed: [away, closed].map((each) => (each.ok ? 'answered' : each.error.code)).join(', '),
    'started-again': [back, again].map((each) => (each.ok ? 'answered' : each.error.message)).join(', '),
  };
}
