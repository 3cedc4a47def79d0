// The lines of recent edits and the lines that are replaced, as knowledge of the n-gram model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edit } from '../../workspace/edits/support.ts';
import { build, complete } from './project.ts';

const early = edit({
  path: 'src/repositories/user.ts',
  left: '  async archive(reason: Reason) {\n',
  inserted: '    return undefined;\n',
});
const archive = '  async archive(reason: Reason) {\n    ¦\n  }\n}\n';
const line = 'return undefined;';

test('writes the line of a recent edit again where the lines above are the same', () => {
  const model = build();
  assert.notEqual(complete(model, archive).text, line);
  model.setHistory({ edits: [early] });
  assert.equal(complete(model, archive).text, line);
  model.setHistory({ edits: [] });
  assert.notEqual(complete(model, archive).text, line);
});

test('knows nothing of an edit with a secret', () => {
  const model = build();
  model.setHistory({ edits: [{ ...early, hasSecret: true }] });
  assert.notEqual(complete(model, archive).text, line);
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
