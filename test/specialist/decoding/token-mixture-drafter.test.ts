// The token-mixture drafter over a small trained model: its drafts, and equal probabilities from search and plain
// scoring.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { DraftOptions } from '../../../src/common/completion.ts';
import type { GateExample } from '../../../src/common/statistics/gate.ts';
import type { Network } from '../../../src/neural/inference/network.ts';
import { fitMixed } from '../../../src/specialist/decoding/fit-mixed.ts';
import { LogitReader } from '../../../src/specialist/decoding/logit-reader.ts';
import { plainMixWeights } from '../../../src/specialist/decoding/mix-weights.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { FUNCTIONS } from '../../neural/inference/trained.ts';
import { at, corpus, line, sensibleWeights, specialistUsing, tokenizer, trainedNetwork } from './model.ts';

const empty = NgramModel.build([], tokenizer);
const full = NgramModel.build(corpus, tokenizer);

const network = await trainedNetwork();
after(() => network.dispose());

test('the probabilities of tokens, line ends and special tokens sum to 1', () => {
  const size = network.config.vocabSize;
  const reader = new LogitReader(full.vocabulary, size);
  const logits = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898) * 4);
  const { logTotal, finish, best } = reader.read(logits, true);
  const p = (id: number) => Math.exp((logits[id] as number) - logTotal);
  const all = Array.from({ length: size }, (_, id) => id);
  const total = all.reduce((sum, id) => sum + p(id), 0);
  assert.ok(Math.abs(total - 1) < 1e-6);
  const ends = all.filter((id) => tokenizer.bytesOf(id).length === 0 || full.vocabulary.endsLine[id] === 1);
  assert.ok(Math.abs(ends.reduce((sum, id) => sum + p(id), 0) - finish) < 1e-6);
  const others = all.filter((id) => !ends.includes(id)).sort((a, b) => p(b) - p(a));
  assert.deepEqual(best, others.slice(0, best.length));
  assert.ok(reader.read(logits, false).finish < finish, 'a line end is no end where the line goes on');
});

test('the neural model drafts alone if the n-grams have no match', async () => {
  const draft = await specialistUsing(network, empty).draft(at('export async function readAll(stream: |'), line);
  assert.equal(draft.text, 'Stream): Promise<Buffer> {');
  assert.equal(draft.model, 'base + n-gram');
  assert.equal(draft.tokens.map((token) => token.text).join(''), draft.text);
  assert.ok(draft.complete);
});

test('completes an unfinished word, also if the tokenizer would cut it elsewhere', async () => {
  const mixed = specialistUsing(network, full);
  for (const typed of ['parseHeader(line: str', 'parseHeader(line: string): Hea', 'parseHeader(li']) {
    const draft = await mixed.draft(at(`export function ${typed}|`), line);
    assert.equal(typed + draft.text, 'parseHeader(line: string): Header {');
    assert.equal(draft.tokens.map((token) => token.text).join(''), draft.text);
  }
});

test('does not repeat the text after the cursor', async () => {
  const mixed = specialistUsing(network, full);
  const draft = await mixed.draft(
    at('function isEmpty(map: Map<string, unknown>): boolean {\n  return map.|;\n}\n'),
    line,
  );
  assert.ok(!draft.text.endsWith(';'), draft.text);
});

test('the n-grams write a requested block to its end, below a line of both models', async () => {
  const block = { multiline: true, maxTokens: 120 } as const;
  const before = `${FUNCTIONS[2]}\nexport class Counter |`;
  const expected = '{\n  private count = 0;\n\n  increment(): void {\n    this.count += 1;\n  }\n}';
  const mixed = specialistUsing(network, full, sensibleWeights());
  const draft = await mixed.draft(at(before), block);
  assert.equal(draft.text, expected);
  assert.equal(draft.tokens.map((token) => token.text).join(''), draft.text);
  const alone = await mixed.draft(at(before), line);
  assert.equal(alone.text, '{');
  assert.ok((draft.confidence ?? 1) <= (alone.confidence ?? 0), 'a block is at most as sure as its first line');
  assert.equal((await specialistUsing(network, empty, sensibleWeights()).draft(at(before), block)).text, '{');
});

test('a chosen line has the probability that scoring it token by token gives', async () => {
  const mixed = specialistUsing(network, full);
  const query = at('try {\n  await save(file, text);\n} catch (error) {\n  log.|\n}\n');
  const truth = 'warn("could not save", error);';
  const { candidates, right } = await mixed.rankingExample({ query, truth });
  const chosen = candidates[right]?.hypothesis;
  assert.ok(chosen, 'the right line is a candidate');
  const examples = await mixed.gateExamples({ query, truth });
  const sum = (of: (example: GateExample) => number) =>
    examples.reduce((total, example) => total + Math.log(of(example)), 0);
  assert.ok(Math.abs(sum(({ first }) => first) - chosen.neural) < 1e-3);
  assert.ok(Math.abs(sum(({ second }) => second) - chosen.ngram) < 1e-3);
});

test('the fit lowers the loss below that of either model, and is used from then on', async () => {
  const half = corpus.slice(0, 4).map(({ path, text }) => ({ path, text: text.slice(0, 500) }));
  const mixed = specialistUsing(network, NgramModel.build(half, tokenizer));
  const text = (corpus[20]?.text ?? '').slice(0, 900);
  const lines = text.split('\n');
  const positions = lines.flatMap((whole, i) => {
    if (whole.trim().length < 8) return [];
    const prefix =
      lines
        .slice(0, i)
        .map((before) => `${before}\n`)
        .join('') + whole.slice(0, 4);
    const suffix = `\n${lines.slice(i + 1).join('\n')}`;
    return [{ query: { path: 'src/held.ts', languageId: 'typescript', prefix, suffix }, truth: whole.slice(4) }];
  });
  const seen: number[] = [];
  const start = mixed.weights;
  const fit = await fitMixed(
    mixed,
    positions,
    (work) => work(),
    ({ done }) => seen.push(done),
  );
  const expected = [...seen].sort((a, b) => a - b);
  assert.deepEqual(seen, expected);
  assert.equal(seen.at(-1), positions.length);
  assert.ok(fit.loss.mixed < Math.min(fit.loss.ngram, fit.loss.neural), JSON.stringify(fit.loss));
  assert.equal(mixed.weights, fit.weights);
  assert.notDeepEqual(fit.weights.gate, start.gate);
  assert.deepEqual(fit.weights.ranking, plainMixWeights(start).ranking);
});

/** The network, which reports each pass before it runs. */
function watched(told: () => void): Network {
  return new Proxy(network, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...values: unknown[]) => {
        if (name === 'forward' || name === 'absorb') told();
        return value.apply(target, values);
      };
    },
  });
}

test('typing the draft needs no pass of the model, and cached drafts equal fresh ones', async () => {
  let passes = 0;
  const counted = watched(() => passes++);
  const before = 'export async function readAll(';
  const typed = 'stream: Stream): Promise<Buffer> {';
  const mixed = specialistUsing(counted, full, sensibleWeights());
  const drafted = async (text: string, options: DraftOptions) => {
    passes = 0;
    const draft = await mixed.draft(at(`${text}|`), options);
    const afterwards = passes;
    const fresh = await specialistUsing(network, full, sensibleWeights()).draft(at(`${text}|`), options);
    assert.equal(draft.text, fresh.text, text);
    assert.ok(Math.abs((draft.confidence as number) - (fresh.confidence as number)) < 1e-4, text);
    return { text: draft.text, passes: afterwards };
  };
  assert.equal((await drafted(before, line)).text, typed);
  let spent = 0;
  for (let end = 1; end < typed.length; end++) {
    const { text, passes } = await drafted(before + typed.slice(0, end), line);
    assert.equal(text, typed.slice(end));
    spent += passes;
  }
  assert.ok(spent <= typed.length / 4, `${spent} passes for ${typed.length} keys`);
  // The cursor moves away from the draft, back, and through a block.
  const block = { multiline: true, maxTokens: 120 } as const;
  const ways = ['str', 'st', 'strm', 'line: string', 'line: str', 'stream: Stream): Promise<Buffer> ', ''];
  for (const way of ways) for (const options of [line, block]) await drafted(before + way, options);
});

test('the next draft reuses all passes of a cancelled one', async () => {
  const query = at('export async function readAll(|');
  let passes = 0;
  let controller = new AbortController();
  let last = Number.POSITIVE_INFINITY;
  const over = watched(() => {
    if (++passes >= last) controller.abort();
  });
  const expected = await specialistUsing(over, full).draft(query, line);
  const whole = passes;
  assert.ok(whole > 4, `${whole} passes`);
  for (let until = 1; until < whole; until++) {
    const mixed = specialistUsing(over, full);
    [passes, last, controller] = [0, until, new AbortController()];
    await assert.rejects(mixed.draft(query, line, controller.signal), { name: 'AbortError' });
    last = Number.POSITIVE_INFINITY;
    const draft = await mixed.draft(query, line);
    assert.equal(draft.text, expected.text);
    assert.ok(Math.abs((draft.confidence as number) - (expected.confidence as number)) < 1e-4);
    assert.equal(passes, whole);
  }
});
