// Knowledge beyond counting: language kin, the lines below a line, recent edits, and features of candidate lines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, surroundings } from '../../../src/specialist/ngram/ranking.ts';
import type { Hypothesis } from '../../../src/specialist/ngram/search.ts';
import { kinOf, ngramKinOf } from '../../../src/text/languages.ts';
import { edit } from '../../edits/support.ts';
import { build, complete, line } from './project.ts';

test('code is predicted from its language kin, text and data from all files', () => {
  assert.equal(kinOf('a/b.tsx'), kinOf('c.js'));
  assert.equal(ngramKinOf('markdown') + ngramKinOf('json'), '');
  for (const other of ['a.css', 'a.py', 'a.sh', 'a.json', 'a.md']) assert.notEqual(kinOf(other), kinOf('a.ts'), other);
  const model = build([
    { path: 'src/a.ts', text: "const colour = 'vitest';\nconst other = 'vitest';\n".repeat(4) },
    { path: 'src/a.css', text: 'a { colour: red; }\n' },
  ]);
  const of = (path: string) => complete(model, "const colour = '¦", line, path).text;
  assert.equal(of('src/b.ts'), "vitest';");
  assert.ok(!of('src/b.css').includes('vitest'), of('src/b.css'));
  assert.equal(of('src/b.md'), "vitest';");
  // The same rule applies to open files.
  model.setOpenFile('src/open.ts', "const border = 'solid';\n".repeat(4));
  assert.ok(!complete(model, "const border = '¦", line, 'src/b.css').text.includes('solid'));
});

test('below a probable line the draft continues with the lines that always followed it', () => {
  const model = build();
  const draft = complete(model, '    if (rows.length === 0¦');
  assert.equal(draft.text, ') {');
  assert.ok(draft.continuation?.text.startsWith('\n      return undefined;\n    }'), draft.continuation?.text);
  assert.equal(draft.continuation?.tokens.map(({ text }) => text).join(''), draft.continuation?.text);
  assert.equal(complete(model, '    if (rows.length === 0¦)').continuation, undefined);
});

const hypothesis: Hypothesis = {
  steps: [],
  logProbability: -1,
  logLineEnd: -1,
  finished: true,
  healing: new Uint8Array(),
};

function featuresOf(text: string, suffix: string): number[] {
  const [found] = describe([{ hypothesis, text, logNextLine: 0 }], surroundings('package shop\n\ntype ', suffix));
  return Array.from(found?.features ?? []);
}

test('a line that opens a block differs from another line only where something follows', () => {
  const differing = (suffix: string) => {
    const plain = featuresOf('model: string;', suffix);
    return featuresOf('model struct {', suffix).flatMap((value, i) => (value === plain[i] ? [] : [i]));
  };
  assert.deepEqual(differing(''), []);
  assert.deepEqual(differing('\n\n'), []);
  assert.notDeepEqual(differing('\nfunc main() {'), []);
});

const early = edit({
  path: 'src/repositories/user.ts',
  left: '  async archive(reason: Reason) {\n',
  inserted: '    return undefined;\n',
});
const archive = '  async archive(reason: Reason) {\n    ¦\n  }\n}\n';
const again = 'return undefined;';

test('writes the line of a recent edit again where the lines above are the same', () => {
  const model = build();
  assert.notEqual(complete(model, archive).text, again);
  model.setHistory({ edits: [early] });
  assert.equal(complete(model, archive).text, again);
  model.setHistory({ edits: [] });
  assert.notEqual(complete(model, archive).text, again);
});

test('does not end the line at the cursor because it was just pasted that far', () => {
  const model = build();
  const path = 'src/repositories/new.ts';
  const [text, before] = ['return undef¦', complete(model, 'return undef¦', undefined, path).tokens[0]?.probability];
  model.setHistory({ edits: [edit({ path, inserted: 'return undef', right: '' })] });
  assert.equal(complete(model, text, undefined, path).tokens[0]?.probability, before);
  assert.notEqual(complete(model, text, undefined, 'src/repositories/other.ts').tokens[0]?.probability, before);
});

test('knows nothing of an edit with a secret', () => {
  const model = build();
  model.setHistory({ edits: [{ ...early, hasSecret: true }] });
  assert.notEqual(complete(model, archive).text, again);
});

test('writes replaced lines again, changed as the earlier edits changed others', () => {
  const model = build();
  const left = 'function count() {\n';
  const right = '}\n';
  const replaced = edit({
    path: 'src/repositories/new.ts',
    left,
    right,
    removed: '  const total = gather(zebra);\n  send(total, gather(walrus));\n',
  });
  const renamed = edit({ left: 'x = ', removed: 'gather', inserted: 'collect', right: '(otter);\n', at: 500 });
  const first = `${left}  co¦\n${right}`;
  const second = `${left}  const total = collect(zebra);\n  se¦\n${right}`;
  model.setHistory({ edits: [], replaced });
  assert.equal(complete(model, `${left}  const ¦\n${right}`).text, 'total = gather(zebra);');
  assert.notEqual(complete(model, `${left}  ¦\n${right}`).text, 'const total = gather(zebra);', 'just deleted');
  model.setHistory({ edits: [renamed], replaced });
  assert.equal(complete(model, first).text, 'nst total = collect(zebra);');
  assert.equal(complete(model, second).text, 'nd(total, collect(walrus));');
  assert.notEqual(complete(model, first, undefined, 'src/other.ts').text, 'nst total = collect(zebra);');
});
