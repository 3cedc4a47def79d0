// Drafts of the n-gram model: from the project and the open file, across token boundaries, and of repeated blocks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft } from '../../../src/common/completion.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { at, build, complete, line, projectFiles, tokenizer } from './project.ts';

const model = build();

test('completes a line that the project has seen', () => {
  const draft = complete(
    model,
    "import { Database } from '../database';\nimport type { Cart } from '../types/cart';\n\nexport class CartRepository {\n  ¦",
  );
  assert.equal(draft.text.trim(), 'constructor(private readonly database: Database) {}');
  assert.equal(draft.complete, true);
  assert.ok((draft.confidence ?? 0) > 0.1 && (draft.confidence ?? 0) <= 1);
});

test("the tokens' texts make up the draft, and their probabilities are valid", () => {
  const draft = complete(model, '    if (rows.length === 0) {\n      ret¦');
  assert.equal(draft.text, 'urn undefined;');
  assert.equal(draft.tokens.map((token) => token.text).join(''), draft.text);
  for (const token of draft.tokens) {
    assert.ok(token.probability > 0 && token.probability <= 1, `probability ${token.probability}`);
    assert.ok(token.margin <= token.probability);
    assert.ok(token.entropy >= 0);
    assert.ok(token.matchLength > 0 && token.count > 0);
    assert.equal(token.tier, 'folder');
  }
});

test('a cursor inside a word, after a space, or after a bracket is healed', () => {
  const start = '  async find(id: string): Promise<Cart | undefined> {\n    const rows = await this.database.query';
  const rest = "('select * from carts where id = ?', [id]);";
  const whole = `${start}${rest}`;
  for (const cut of ['const ro', 'const ', 'await th', 'await this.', 'await this.data']) {
    const end = whole.indexOf(cut) + cut.length;
    const draft = complete(model, `${whole.slice(0, end)}¦`);
    assert.ok(whole.slice(end).startsWith(draft.text.slice(0, 8)), `after '${cut}' came '${draft.text}'`);
    assert.notEqual(draft.text, '');
  }
});

test('a new file begins as the other files do, indexed or open', () => {
  const common = Array.from({ length: 6 }, (_, i) => `\nconst a${i} = 1;\nimport x${i};\n`).join('');
  const files = ['a', 'b', 'c'].map((name) => ({ path: `src/${name}.ts`, text: `'use strict';\n${common}` }));
  const query = at('¦', 'src/new.ts');
  const drafted = (from: NgramModel) => from.complete(query, line).text;
  assert.equal(drafted(NgramModel.build(files, tokenizer)), "'use strict';");
  const opened = NgramModel.build([], tokenizer);
  for (const { path, text } of files) opened.setOpenFile(path, text);
  assert.equal(drafted(opened), "'use strict';");
});

test('a word that was never seen is repeated, not replaced', () => {
  const draft = complete(model, '    const zebraQuux = await this.database.query(sql);\n    return zebraQu¦');
  assert.ok(draft.text.startsWith('ux'), draft.text);
});

test('a draft never ends in white space', () => {
  const text = projectFiles[0]?.text as string;
  for (let cursor = 1; cursor < text.length; cursor += 3) {
    const draft = model.complete(
      { path: 'src/repositories/user.ts', languageId: 'typescript', prefix: text.slice(0, cursor), suffix: '' },
      line,
    );
    assert.equal(draft.text, draft.text.trimEnd());
    assert.ok(!draft.text.includes('\n'));
  }
});

test('a draft stops where the rest of the line begins', () => {
  const draft = complete(model, '    if (rows.length¦) {\n      return undefined;\n    }\n');
  assert.equal(draft.text, ' === 0');
});

test('the line after the cursor decides between candidates', () => {
  const files = Array.from({ length: 6 }, (_, i) => ({
    path: `lib/f${i}.ts`,
    text: `begin(${i});\nprepare();\nopenTheDoor();\nwalkThroughIt(now);\nend();\nbegin(${i});\nprepare();\ncloseTheWindow();\nturnOffLights(now);\nend();\n`,
  }));
  const two = build(files);
  assert.equal(complete(two, 'prepare();\n¦\nwalkThroughIt(now);\n', line, 'lib/x.ts').text, 'openTheDoor();');
  assert.equal(complete(two, 'prepare();\n¦\nturnOffLights(now);\n', line, 'lib/x.ts').text, 'closeTheWindow();');
});

test('a file is not completed from its own older copy', () => {
  const path = 'src/secret.ts';
  const files = [...projectFiles, { path, text: 'export const answer = fortyTwoExactly;\n' }];
  const withCopy = build(files);
  const asked = 'export const answer = ¦';
  assert.ok(!complete(withCopy, asked, line, path).text.includes('fortyTwo'));
  assert.equal(complete(withCopy, asked, line, 'src/other.ts').text, 'fortyTwoExactly;');
});

test('unsaved text before and after the cursor counts', () => {
  const empty = build([]);
  const text = 'const quokka = makeQuokka(1);\nfeed(quokka);\n';
  assert.equal(complete(empty, `${text}const q2 = makeQuo¦`).text, 'kka(1);');
  assert.equal(complete(empty, `const q2 = makeQuo¦\n\n${text}`).text, 'kka(1);');
  assert.equal(complete(empty, `${text}const q2 = makeQuo¦`).tokens[0]?.tier, 'open-file');
});

test('a block continues to its closing bracket and no further', () => {
  const draft = complete(
    model,
    "  async find(id: string): Promise<User | undefined> {\n    const rows = await this.database.query('select * from users where id = ?', [id]);\n    ¦",
    { multiline: true, maxTokens: 120 },
  );
  assert.equal(draft.text, 'if (rows.length === 0) {\n      return undefined;\n    }');
  assert.equal(draft.tokens.map((token) => token.text).join(''), draft.text);
  const single = complete(model, '    const rows = x;\n    if (rows.length === 0) ¦', line);
  assert.equal(single.text, '{');
});

test('a block does not repeat what follows the cursor', () => {
  const draft = complete(model, '    if (rows.length === 0) {\n      ¦\n    }\n    return rows[0] as User;\n  }\n', {
    multiline: true,
    maxTokens: 120,
  });
  assert.equal(draft.text, 'return undefined;');
});

test('continues after a variable that is named like a closing word of another language', () => {
  const python = Array.from({ length: 6 }, (_, i) => ({
    path: `src/part${i}.py`,
    text: `def part${i}(items):\n    start = first(items)\n    end = last(items)\n    return items[start:end]\n`,
  }));
  const query = { path: 'src/new.py', languageId: 'python', prefix: 'def part9(items):\n    ', suffix: '' };
  const { text } = build(python).complete(query, { multiline: true, maxTokens: 120 });
  assert.ok(text.startsWith('start = first(items)\n    end = last(items)\n    return'), text);
});

test('drafts from cached tokens equal those from fresh ones', () => {
  const text = projectFiles.map((file) => file.text).join('\n');
  const cached = build();
  const ends = [4000, 4003, 2500, 2501, text.length, 5000, 100];
  for (const end of ends) {
    const query = { path: 'a.ts', languageId: 'typescript', prefix: text.slice(0, end), suffix: text.slice(end) };
    const { latencyMs: _, ...got } = cached.complete(query, line);
    const { latencyMs: __, ...expected } = build().complete(query, line);
    assert.deepEqual(got, expected);
  }
});

test('drafts at odd positions: empty file, huge line, lone surrogate, CR', () => {
  for (const prefix of ['', ' ', '\n', `x${'y'.repeat(100_000)}`, 'a\ud800', 'a\r\n', '漢字']) {
    const draft = model.complete({ path: 'odd.txt', languageId: 'plaintext', prefix, suffix: '' }, line);
    assert.equal(typeof draft.text, 'string');
  }
});

test('the next-token distribution sums to 1 and fits the text that follows', () => {
  const predictor = model.predictorAt(at('    if (rows.length === 0) {¦'), 0);
  const { own, evidence, mixture } = predictor;
  const context = [
    ...own.context.subarray(0, own.contextLength),
    ...model.vocabulary.tokenizer.encode(model.vocabulary.decode(own.healed)),
  ];
  predictor.predict(Int32Array.from(context), context.length);
  const probabilities = mixture.probabilities.subarray(0, evidence.size);
  const sum = probabilities.reduce((total, probability) => total + probability, mixture.rest);
  assert.ok(Math.abs(sum - 1) < 1e-4, `sum ${sum}`);
  const best = probabilities.indexOf(Math.max(...probabilities));
  assert.equal(tokenizer.decode([evidence.candidates[best] as number]), '\n      ');
});

const emptyModel = build([]);
const block = (name: string, type: string) => `  if (options.${name} !== undefined) {
    log.debug('a newer ${name} has started', current${type}Version);
    set${type}(options.${name}, ${name}Version);
  }
`;
const above = `export function load(options: Options): void {\n${block('user', 'User')}${block('order', 'Order')}`;

function drafted(text: string, options = line): Draft {
  return emptyModel.complete(at(text), options);
}

test('before the rest of the line only the line is drafted, without that rest', () => {
  const draft = drafted(`${above}  if (options.ticket ¦) {\n`);
  assert.equal(draft.text, '!== undefined');
  assert.equal(draft.continuation, undefined);
});

test('a word that the copies do not agree on is not certain, before or after a typed bracket', () => {
  const copies = ['User', 'Order', 'User', 'Other', 'User']
    .map((name) => `  load(read${name}, strictly);\n\n`)
    .join('');
  for (const typed of ['load', 'load(']) {
    const { text, tokens } = drafted(`${copies}  ${typed}¦`);
    const end = text.indexOf(',');
    let length = 0;
    let probability = 1;
    for (const token of tokens) {
      if (length < end) probability *= token.probability;
      length += token.text.length;
    }
    assert.ok(probability > 0.1 && probability < 0.9, `${typed}: ${probability}`);
  }
});
