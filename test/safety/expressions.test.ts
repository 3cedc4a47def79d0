// No regular expression of the product takes long over a text that was made for it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { marksOf } from '../../src/text/marks.ts';
import { MOST_PLAIN, type SlowExpression, slowExpressions } from './expression-times.ts';
import { expressionsIn, type FoundExpression } from './expressions.ts';

const src = join(import.meta.dirname, '../../src');

/** Expressions whose callers cut their texts: file, beginning of the pattern, longest text in UTF-16 units. */
const CUT: readonly (readonly [file: string, beginning: string, longest: number])[] = [
  ['prompts/completion/cuts.ts', '[\\p{L}_$]', 100],
  ['specialist/decoding/vocabulary-mapping.ts', '(?:[ _]?\\p{Lu}?[', 1000],
  ['specialist/ngram/own-file.ts', '(?:[ _]?\\p{Lu}?[', 64],
  ['text-tasks/answers/nearest-answers.ts', '^[^\\n', 300],
  // A path: no system has longer ones.
  ['workspace/files/file-names.ts', '(?:^|\\/)(?:\\.netrc', 4096],
];
/**
 * Calls of RegExp with alternatives that are escaped, or with a pattern out of a list of known ones. Those of secrets are
 * made when it is loaded, and so are found.
 */
const HARMLESS = [
  'llm/protocol/key-forms.ts',
  'text/text-state.ts',
  'text/text-state.ts',
  'text/tokenizer/bpe.ts',
  'text/tokenizer/splits.ts',
  'workspace/secrets/expressions.ts',
  'workspace/secrets/forms.ts',
  'workspace/secrets/forms.ts',
];

/** The patterns that text-state.ts puts together; text/marks.ts has them as texts. */
function marks(): FoundExpression[] {
  const table = readFileSync(join(src, 'text/languages.ts'), 'utf8');
  const ids = [...table.matchAll(/^ {2}\['([^']+)', /gm)].map(([, id]) => id as string);
  const sources = new Set(ids.flatMap((id) => marksOf(id).map(({ open }) => open)));
  return [...sources].map((source) => ({ file: 'text/marks.ts', source, flags: 'gm' }));
}

const planted = (...sources: string[]): FoundExpression[] =>
  sources.map((source) => ({ file: 'planted.ts', source, flags: source.endsWith('$') ? 'gm' : '' }));
const sourcesOf = (slow: readonly SlowExpression[]) => slow.map(({ source }) => source);

test('planted expressions with a loop in a loop are found, and those of one loop are not', async () => {
  const bad = [
    '(a+)+b',
    '(x+x+)+y',
    '^(?:[a-z]+[0-9]*)*!',
    '(?:a|aa)+$',
    '[ \\t]+$',
    '\\w+\\s*=',
    'begin.*end',
    '<!--[^>]*-->',
    '\\s*,\\s*;',
    '(?<name>[a-zé]+)(?==)',
    '"(?:[^"\\\\]|\\\\.)*"',
  ];
  assert.deepEqual(sourcesOf(await slowExpressions(planted(...bad))), bad);
  const good = ['a+b?', '(?<![ \\t])[ \\t]+$', '^\\s*(\\w+)=', 'begin[^\\n]{0,80}end', '[a-z]'];
  assert.deepEqual(sourcesOf(await slowExpressions(planted(...good))), []);
});

test(`every expression of the product takes 100 kB of its own pieces as ${MOST_PLAIN} plain ones, and grows as they do`, async () => {
  const { found, unread } = await expressionsIn(src);
  assert.ok(found.length > 1000, `only ${found.length} were found`);
  const cuts = new Set<string>();
  const withCuts = found.map((expression) => {
    const { file, source } = expression;
    const cut = CUT.find(([path, beginning]) => file === path && source.startsWith(beginning));
    if (cut === undefined) return expression;
    cuts.add(cut[0]);
    return { ...expression, longest: cut[2] };
  });
  const slow = await slowExpressions([...withCuts, ...marks()]);
  assert.deepEqual(
    slow.map(
      ({ file, source, flags, text, length, ratio }) =>
        `${file}: /${source}/${flags} ${JSON.stringify({ text, length, ratio })}`,
    ),
    [],
  );
  const expected = CUT.map(([file]) => file);
  assert.deepEqual([...cuts].sort(), expected);
  const actual = unread.map((call) => call.split(':')[0]);
  assert.deepEqual(actual, HARMLESS);
});
