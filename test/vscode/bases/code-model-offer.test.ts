// The panel's offer of a code model: on which machines, with which wait, until when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../support/ui-text.ts';
import { failed, ok, type Result } from '../../../src/common/errors.ts';
import { silentLog } from '../../../src/common/log.ts';
import { catalog } from '../../../src/neural/models/catalog.ts';
import { memory } from '../memory.ts';

const { CodeModelOffer, waitOf } = await import('../../../src/vscode/bases/code-model-offer.ts');

const [smallest] = catalog as readonly [(typeof catalog)[number]];

test('the wait falls with the cores, and is no wait where the machine would be too slow', () => {
  const wait = (cores: number, lineMs = 60, gpuBytes = 0, bytes = 16.5e9) =>
    waitOf(smallest.bytes, cores, gpuBytes, lineMs, bytes);
  assert.equal(Math.round(wait(8) ?? 0), 265);
  assert.equal(wait(16), wait(8), 'further threads wait for the memory');
  assert.equal(wait(4), undefined);
  assert.equal(wait(8, 120), undefined, 'medium is slow here');
  assert.equal(wait(8, 60, 0, 8.2e9), undefined, 'too little memory');
  assert.equal(Math.round(wait(4, 120, 8e9) ?? 0), 156, 'a GPU with its own memory needs no cores');
  assert.equal(wait(4, 60, 2e9), undefined, 'the model and the screen do not fit on the card');
});

function offer(over: { lineMs?: number; cores?: number; gpu?: () => Result<number> } = {}) {
  const stored = memory();
  const heard = { changes: 0, searches: 0 };
  const made = new CodeModelOffer({
    memory: stored,
    log: silentLog,
    jobs: {
      job: (async () => {
        heard.searches++;
        return (over.gpu ?? (() => ok(0)))();
      }) as never,
    },
    lineMs: () => ('lineMs' in over ? over.lineMs : 60),
    cores: over.cores ?? 8,
    onChange: () => heard.changes++,
  });
  return { made, heard };
}

test('the card states size and computed wait, and goes for good once it is declined', async () => {
  const { made, heard } = offer();
  assert.match(
    made.notice?.text ?? '',
    /^This machine could serve Qwen2\.5-Coder 1\.5B \(1118 MB .* 265 ms a line as computed/,
  );
  assert.equal(made.notice?.action?.command, 'getCodeModel');
  assert.equal(made.notice?.decline?.command, 'declineCodeModel');
  await made.close();
  assert.equal(made.notice, undefined);
  assert.equal(heard.changes, 1);
});

test('nothing is offered before medium was timed, or where the user has named a base', () => {
  assert.equal(offer({ lineMs: undefined as never }).made.notice, undefined);
});

test('a GPU is looked for once, and offered', async () => {
  const { made, heard } = offer({ cores: 2, gpu: () => ok(12e9) });
  assert.ok(made.notice === undefined);
  made.check();
  made.check();
  await new Promise(setImmediate);
  const notice = made.notice as { readonly text: string } | undefined;
  assert.match(notice?.text ?? '', /156 ms a line/);
  assert.deepEqual(heard, { changes: 1, searches: 1 });
  const without = offer({ cores: 2, gpu: () => failed('unsupported', 'No binary.') });
  without.made.check();
  await new Promise(setImmediate);
  without.made.check();
  assert.equal(without.made.notice, undefined);
  assert.equal(without.heard.searches, 1);
});
