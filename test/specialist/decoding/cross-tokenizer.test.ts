// A neural model and n-grams with different tokenizers: both propose lines and both score them. The text at the cursor
// is spelled again.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Branches } from '../../../src/neural/inference/branches.ts';
import { DIALECT } from '../../../src/neural/models/manifest.ts';
import { fitMixed } from '../../../src/specialist/decoding/fit-mixed.ts';
import { LineRescoringDrafter } from '../../../src/specialist/decoding/line-rescoring-drafter.ts';
import { LineScores, TokenDistribution } from '../../../src/specialist/decoding/line-scores.ts';
import { initialMixWeights, type MixWeights } from '../../../src/specialist/decoding/mix-weights.ts';
import { respelledText, VocabularyMapping } from '../../../src/specialist/decoding/vocabulary-mapping.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import type { Tokenizer } from '../../../src/text/tokenizer/bpe.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import { GPT2_PATTERN, gpt4Pattern } from '../../../src/text/tokenizer/splits.ts';
import { FUNCTIONS } from '../../neural/inference/trained.ts';
import { trainTokenizer } from '../../text/tokenizer/fixture.ts';
import { at, corpus, line, sensibleWeights, specialistUsing, tokenizer, trainedNetwork } from './model.ts';
import { topTokens } from './top-scores.ts';

/** A tokenizer that joins the last blank of an indent to the word, and a line end to the sign before it. */
const QWEN = gpt4Pattern('\\p{N}');

/** A tokenizer that joins a line end and the following indent except its last blank. */
const SMOLLM = GPT2_PATTERN;

function foreign(pattern: string): Tokenizer {
  const json = trainTokenizer(FUNCTIONS.join('\n'), 560, pattern);
  const first = Object.keys(json.model.vocab).length;
  const marks = ['<|end|>', '<|file|>', '<|prefix|>', '<|suffix|>', '<|snippet|>', '<|eom|>'];
  const loaded = loadTokenizer({ ...json, added_tokens: marks.map((content, i) => ({ id: first + i, content })) });
  assert.ok(loaded.ok);
  return loaded.value;
}

const otherTokenizer = foreign(QWEN);
const empty = NgramModel.build([], tokenizer);
const full = NgramModel.build(corpus, tokenizer);

const network = await trainedNetwork(otherTokenizer);
after(() => network.dispose());

const over = (ngram: NgramModel, weights?: MixWeights) => specialistUsing(network, ngram, weights, otherTokenizer);

test('the neural model drafts alone if the n-grams have no match', async () => {
  const draft = await over(empty).draft(at('export async function readAll(|'), line);
  assert.equal(draft.text, 'stream: Stream): Promise<Buffer> {');
  assert.equal(draft.tokens.map((token) => token.text).join(''), draft.text);
  assert.ok(draft.complete);
});

test('a typed part of a word, a word or an indent may be spelled again with other tokens', async () => {
  const mixed = over(empty);
  const write = async (text: string) => (await mixed.draft(at(text), line)).text;
  assert.equal(await write('export async function rea|'), 'dAll(stream: Stream): Promise<Buffer> {');
  assert.equal(await write('export async function readAll|'), '(stream: Stream): Promise<Buffer> {');
  const head = 'function isEmpty(map: Map<string, unknown>): boolean {\n';
  assert.equal(await write(`${head}  |`), 'return map.size === 0;');
  assert.equal(await write(`${head}  ret|`), 'urn map.size === 0;');
});

test('drafts in a blank line whose indent shares a token with its line end', async () => {
  const smollm = foreign(SMOLLM);
  const other = await trainedNetwork(smollm);
  const mixed = specialistUsing(other, empty, undefined, smollm);
  const head = 'function isEmpty(map: Map<string, unknown>): boolean {\n';
  assert.equal(respelledText(`${head}  `, smollm), '\n  ');
  assert.equal((await mixed.draft(at(`${head}  |`), line)).text, 'return map.size === 0;');
  await other.dispose();
});

test('the first token has to begin with the respelled text', () => {
  const back = (text: string) => respelledText(text, otherTokenizer);
  assert.equal(back('map.size;\n  '), ';\n  ');
  assert.equal(back('a\n    '), '\n    ');
  assert.equal(back('    ret'), ' ret');
  assert.equal(back('x = foo'), ' foo');
  assert.equal(back('x = '), ' ');
  assert.equal(back('call('), '(');
  assert.equal(back(''), '');
  assert.equal(back('é'), 'é');
});

test('both models score all lines, and the line with the best mixed score is drafted', async () => {
  const draft = await over(full, sensibleWeights()).draft(at('function isEmpty(|'), line);
  assert.equal(draft.text, 'map: Map<string, unknown>): boolean {');
  const longest = Math.max(...draft.tokens.map(({ matchLength }) => matchLength));
  assert.ok(longest > 2, 'the n-grams know it');
  // Only the n-grams know this file, which the model was not trained on.
  const other = { path: 'src/other.ts', text: 'export const zebraCount = readZebras(7).length;\n'.repeat(3) };
  const own = over(NgramModel.build([...corpus, other], tokenizer), sensibleWeights());
  assert.equal((await own.draft(at('export const zebra|'), line)).text, 'Count = readZebras(7).length;');
});

test('a line ends before the text after the cursor', async () => {
  const query = at('const delay = (ms: number) => new Promise((resolve) => setTimeout(|, ms));\n');
  assert.equal((await over(full, sensibleWeights()).draft(query, line)).text, 'resolve');
});

test('the probability of the first bytes decreases with their number, down to that of the whole line', async () => {
  const mapping = new VocabularyMapping(otherTokenizer, network.config.vocabSize);
  const prompt = [...otherTokenizer.encode('function isEmpty(map: Map<string, unknown>): boolean {\n  return map')];
  const cache = network.cache();
  const rootLogits = await network.forward(cache, { ids: prompt, rows: [prompt.length - 1] });
  const branches = new Branches(network, cache);
  const of = async (text: string) => {
    const path = [...otherTokenizer.encode(text)];
    const rows = await branches.run(path.map((_, i) => path.slice(0, i + 1)));
    const readings = [rootLogits.slice(), ...rows].map(
      (row) => new TokenDistribution(topTokens(row), mapping.kinds, true),
    );
    return new LineScores(mapping, new TextEncoder().encode(text), path, readings);
  };
  const scores = await of('.size === 0;');
  const falling = Array.from({ length: 13 }, (_, end) => scores.logBytes(end));
  const rises = falling.filter((log, i) => i > 0 && log > (falling[i - 1] as number) + 1e-6);
  assert.deepEqual(rises, [], String(falling));
  assert.ok(scores.logLine() <= (falling.at(-1) as number) + 1e-6);
  // The model writes ';' and the line end as one token. Without that token the line would hardly ever end.
  assert.ok(scores.logLine() > Math.log(0.3), `${scores.logLine()}`);
});

test('the gate can be fitted with different tokenizers', async () => {
  const mixed = over(full);
  const positions = FUNCTIONS.slice(0, 4).map((text) => {
    const end = text.indexOf('\n');
    const cut = Math.floor(end / 2);
    return { query: at(`${text.slice(0, cut)}|\n`), truth: text.slice(cut, end) };
  });
  const fitting = (seconds?: number) =>
    fitMixed(
      mixed,
      positions,
      async (work) => work(),
      () => {},
      seconds,
    );
  const fit = await fitting();
  assert.ok(fit.tokens > 8, `${fit.tokens}`);
  assert.ok(fit.loss.mixed <= Math.min(fit.loss.ngram, fit.loss.neural) + 0.2, JSON.stringify(fit.loss));
  const scored = await mixed.lossAt(positions[0] as (typeof positions)[number]);
  assert.ok(scored.tokens > 0 && Number.isFinite(scored.nats));
  const before = mixed.weights;
  const none = await fitting(-1);
  assert.deepEqual([none.queries, none.tokens, none.weights], [0, 0, before], 'no time left');
});

test('prompts are long once the model was measured to read a long one in time', async () => {
  const limits = { prefix: 64, maxGrownPrefix: 96, suffix: 16, snippets: 30, head: 12 };
  const lengths = async (longPromptMs: number) => {
    const found: number[] = [];
    const model: ConstructorParameters<typeof LineRescoringDrafter>[1] = {
      ...{ tokenizer: otherTokenizer, vocabularySize: network.config.vocabSize, contextLength: 1024, dialect: DIALECT },
      open: (prompt) => {
        found.push(prompt.length);
        const never = async () => assert.fail('only prompts are run');
        const { length } = prompt;
        return { freshTokens: length, room: 64, ready: async () => {}, depthOf: () => 0, run: never, close: () => {} };
      },
    };
    const longPrompt = { ...limits, prefix: 256, maxGrownPrefix: 320 };
    const options = { prompt: limits, longPrompt, longPromptMs };
    const specialist = new LineRescoringDrafter('base', model, () => full, initialMixWeights(), options);
    const text = FUNCTIONS.join('\n').repeat(4);
    for (const end of [3000, 2000, 2500]) await specialist.warm(at(`${text.slice(0, end)}|\n`));
    return found;
  };
  const [first = 0, ...later] = await lengths(Number.POSITIVE_INFINITY);
  assert.ok(first < 150, `${first}: nothing was measured yet`);
  assert.ok(Math.min(...later) > 200, later.join());
  assert.ok((await lengths(0)).every((length) => length < 150));
});
