// Where a draft may be cut: behind whole tokens that leave something well-formed; and the text that is asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft } from '../../../src/common/completion.ts';
import { isBeginning, truthAt } from '../../../src/prompts/completion/completion-position.ts';
import { cutsOf } from '../../../src/prompts/completion/cuts.ts';
import { draftOf } from '../../fakes/specialist.ts';

const draft = (tokens: readonly string[], text = tokens.join(''), beyond?: readonly string[]): Draft =>
  draftOf(tokens, beyond, { text, confidence: 0.4 });
const position = (before: string, languageId = 'typescript') => ({
  query: { path: 'a', languageId, prefix: `x;\n${before}`, suffix: '\n' },
  block: false,
  indentUnit: '  ',
});
const texts = (of: Draft, before = '', languageId = 'typescript') =>
  cutsOf(of, position(before, languageId)).map(({ text }) => text);

test('cuts a call after its name, an argument and its end, not after an opener or half a member', () => {
  assert.deepEqual(texts(draft(['execute', 'Command', '(', 'rootCmd', ', ', 'args', '.', 'first', ')'])), [
    'executeCommand',
    'executeCommand(rootCmd',
    'executeCommand(rootCmd,',
    'executeCommand(rootCmd, args',
    'executeCommand(rootCmd, args.first',
    'executeCommand(rootCmd, args.first)',
  ]);
});

test('cuts after a decrement, but not after the hyphen of a name', () => {
  assert.deepEqual(texts(draft(['.', 'cm', '-', 's', '-', 'x', ' {']), '', 'css'), [
    '.cm',
    '.cm-s',
    '.cm-s-x',
    '.cm-s-x {',
  ]);
  assert.deepEqual(texts(draft(['i', '--', ';'])), ['i', 'i--', 'i--;']);
});

test('leaves out cuts that add syntax errors, also the whole draft', () => {
  const whole = draft(['a', '(', 'b', ')', ')']);
  assert.deepEqual(texts({ ...whole, brokenCuts: [5] }), ['a', 'a(b', 'a(b)']);
  const below = draft(['a', '()', ';'], undefined, ['\n', 'beginning', '(', '1', ')', ';']);
  assert.deepEqual(texts({ ...below, brokenCuts: [3, 14] }), [
    'a',
    'a();',
    'a();\nbeginning(1',
    'a();\nbeginning(1)',
    'a();\nbeginning(1);',
  ]);
});

test('cuts a string after words and its closing quote, not after its opening quote', () => {
  assert.deepEqual(texts(draft(["'", 'on', 'ce', ' more', "'", ', ', 'x'])), [
    "'once",
    "'once more",
    "'once more'",
    "'once more',",
    "'once more', x",
  ]);
});

test('the last cut is the whole draft, and a cut in a later line contains some characters of that line', () => {
  const cuts = cutsOf(
    draft(['a', '()', ';'], undefined, ['\n', 'beginning', '(', '1', ')', ';', '\n', 'c', '();']),
    position(''),
  );
  const actual = cuts.map(({ text }) => text);
  assert.deepEqual(actual, [
    'a',
    'a()',
    'a();',
    'a();\nbeginning',
    'a();\nbeginning(1',
    'a();\nbeginning(1)',
    'a();\nbeginning(1);',
    'a();\nbeginning(1);\nc();',
  ]);
  const found = cuts.map(({ tokens }) => tokens.length);
  assert.deepEqual(found, [1, 2, 3, 5, 7, 8, 9, 12]);
  assert.ok(cuts.every(({ confidence, continuation }) => confidence === undefined && continuation === undefined));
});

test('finds trimmed text in the tokens, and returns only the whole draft if cleaning changed the text', () => {
  assert.deepEqual(texts(draft([' value', ' =', ' 1', ')'], 'value = 1')), ['value', 'value =', 'value = 1']);
  assert.deepEqual(texts(draft(['\n    a', '\n    b'], '\n  a\n  b')), ['\n  a\n  b']);
});

test('a cut is right if the author’s text begins with it and no word is split', () => {
  assert.ok(isBeginning('foo(bar', 'foo(bar, 1)\n'));
  assert.ok(!isBeginning('foo(ba', 'foo(bar, 1)\n'));
  assert.ok(!isBeginning('foo(baz', 'foo(bar, 1)\n'));
  assert.ok(!isBeginning('', 'foo'));
});

test('in prose cuts after the end of a sentence, not after a dot inside a name', () => {
  const tokens = ['Is', ' it', ' so', '?', ' See', ' a', '.', 'ts'];
  const cuts = texts(draft(tokens), '', 'markdown');
  assert.ok(cuts.includes('Is it so?'));
  assert.ok(!cuts.includes('Is it so? See a.'));
  assert.ok(!texts(draft(tokens)).includes('Is it so?'));
});

test('marks a text of the n-grams alone whose names all stand near the cursor', () => {
  const query = { path: 'a', languageId: 'python', prefix: 'def load(path):\n    lo', suffix: '\nother\n' };
  const known = (model: string) =>
    cutsOf({ ...draft(['ad', '(', 'path', ' other', ' thing', ')']), model }, { query }).map(({ text, knownNames }) => [
      text,
      knownNames === true,
    ]);
  const expected = new Map(known('n-gram').map(([text, isKnown]) => [text, isKnown]));
  const actual = [expected.get('ad'), expected.get('ad(path other'), expected.get('ad(path other thing)')];
  assert.deepEqual(actual, [true, true, false]);
  assert.ok(known('base + n-gram').every(([, isKnown]) => !isKnown));
});

test('marks a completed name that the document lacks, if it has other names with the same beginning', () => {
  const strangers = (begun: string, pieces: readonly string[], above: string) =>
    cutsOf(draft(pieces), {
      query: { path: 'a', languageId: 'python', prefix: `${above}\n    await ${begun}`, suffix: '\nother_name\n' },
    }).map(({ unknownIdentifier }) => unknownIdentifier === true);
  const above = 'responder = GZipResponder(self.app)';
  assert.deepEqual(strangers('res', ['ponse', '.', 'close', '()'], above), [true, true, true]);
  assert.deepEqual(strangers('res', ['ponder', '(', 'scope', ')'], above), [false, false, false]);
  assert.deepEqual(strangers('ot', ['her', '_', 'name'], above), [false], 'what stands below is known, too');
  assert.deepEqual(strangers('xy', ['lem'], above), [false], 'no name begins with these letters');
  assert.deepEqual(strangers('', ['response'], above), [false], 'no name was begun');
  assert.deepEqual(strangers('res', ['(', 'x', ')'], above), [false, false], 'nothing is made of it');
  assert.deepEqual(strangers('responder', ['(', 'x', ')'], above), [false, false], 'the name is whole');
});

const at = (languageId: string, prefix: string, block = false) => ({
  block,
  query: { path: 'a', languageId, prefix, suffix: '' },
});

test('the truth is the first line, the wanted block or, in prose, the first sentence', () => {
  assert.equal(truthAt('a();\nb();', at('typescript', '')), 'a();');
  assert.equal(truthAt('\n  a();\n}', at('typescript', 'f() {', true)), '\n  a();\n}');
  assert.equal(truthAt('One. Two.', at('markdown', '')), 'One.');
  assert.equal(truthAt('Install it. Then run it.', at('markdown', 'Text.\n\n1. ')), 'Install it.');
  assert.equal(truthAt('3. Results', at('markdown', 'Text.\n\n## ')), '3. Results');
});
