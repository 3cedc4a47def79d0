// Names in drafts of the n-gram model: lines with names that do not exist fall behind, and an inserted text brings its
// imports.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery } from '../../../src/common/completion.ts';
import type { LineChoice } from '../../../src/specialist/ngram/drafter.ts';
import { firstLine } from '../../../src/specialist/ngram/drafter.ts';
import { NgramModel } from '../../../src/specialist/ngram/model.ts';
import { parserFor } from '../../../src/text/syntax/grammars.ts';
import { NameCheck, withCheckedNames } from '../../../src/workspace/symbols/check-names.ts';
import { FolderNames } from '../../../src/workspace/symbols/folder-names.ts';
import { tokenizer } from './project.ts';

const parser = await parserFor('typescript');
assert.ok(parser);

const query = (prefix: string, suffix = '\n'): CompletionQuery => ({
  ...{ path: 'src/a.ts', languageId: 'typescript', prefix, suffix },
});

/** Candidates with the given scores, and 'none of these' with the score 0. */
function choiceOf(lines: readonly (readonly [text: string, score: number])[]): LineChoice {
  const candidates = lines.map(([text, score]) => ({
    ...{ text, features: Float32Array.of(score) },
    hypothesis: { steps: [], logProbability: 0, finished: true, logLineEnd: 0, healing: new Uint8Array(0) },
  }));
  return { candidates, none: Float32Array.of(0) };
}

test('a line with a missing name falls behind a less probable one without, and loses its share of the probability', () => {
  const { vocabulary } = NgramModel.build([], tokenizer);
  const names = new NameCheck(
    query('const known = 1;\n'),
    parser,
    new FolderNames(() => []),
    undefined,
    Number.POSITIVE_INFINITY,
  );
  const choice = choiceOf([
    ['send(missing);', 2],
    ['isNaN(known);', 1],
  ]);
  const best = (checked?: NameCheck) =>
    firstLine(choice, Float32Array.of(1, 1), 'n-gram', new Uint8Array(0), vocabulary, checked).draft;
  const [plain, checked] = [best(), best(names)];
  assert.equal(plain.text, 'send(missing);');
  assert.equal(checked.text, 'isNaN(known);');
  const [first, second, none] = [Math.E ** 2 / 10, Math.E, 1];
  assert.ok(Math.abs((checked.confidence ?? 0) - second / (first + second + none)) < 1e-6, `${checked.confidence}`);
});

test('a draft says which of its names are missing, which can be imported, and that all exist', () => {
  const use = "import { shared } from './shared';\nfunction f(local: number) {\n  shared(local);\n}\n";
  const model = NgramModel.build(
    [
      { path: 'src/shared.ts', text: 'export function shared(one: number) {}\n' },
      { path: 'src/b.ts', text: use },
    ],
    tokenizer,
  );
  const checked = (prefix: string) => {
    const names = model.namesAt(query(prefix, '\n}\n'), parser, Number.POSITIVE_INFINITY);
    const { text: _, ...facts } = withCheckedNames({ text: 'shared(local);' }, names);
    return facts;
  };
  assert.deepEqual(checked('function g() {\n  '), { missingNames: ['local'], importableNames: ['shared'] });
  assert.deepEqual(checked("import { shared } from './shared';\nfunction g(local: number) {\n  "), {
    namesExist: true,
  });
});
