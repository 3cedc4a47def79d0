// The panel's card of what serves on this machine and what could be better: on which machines, with which figures,
// until when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../support/ui-text.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../build/paths.ts';
import { failed, ok, type Result } from '../../../src/common/errors.ts';
import { silentLog } from '../../../src/common/log.ts';
import { apiHost, modelOf } from '../../../src/llm/connect.ts';
import { providerOf } from '../../../src/llm/providers/providers.ts';
import { catalog } from '../../../src/neural/models/catalog.ts';
import type { BaseReason } from '../../../src/specialist/engine/choice.ts';
import type { ApiState } from '../../../src/vscode/api/api.ts';
import { callsAnHour, costOf, hourPriceText } from '../../../src/vscode/api/hourly-cost.ts';
import { memory } from '../memory.ts';

const { durationText } = await import('../../../src/vscode/bases/base-status.ts');
const { MachineCard, rightOf100, waitOf } = await import('../../../src/vscode/bases/machine-card.ts');

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

const defaults = { provider: 'anthropic', model: '', baseUrl: '' };
const timing = { lineMs: 60, promptMs: 300 };
const inTime: BaseReason = { kind: 'in-time', timing };

interface Machine {
  readonly lineMs?: number | undefined;
  readonly cores?: number;
  readonly gpu?: () => Result<number>;
  readonly base?: string;
  /** Undefined: the user has chosen a base. */
  readonly reason?: BaseReason | undefined;
}

function cardOn(over: Machine = {}) {
  const stored = memory();
  const heard = { changes: 0, searches: 0 };
  const machine = { lineMs: 60, reason: inTime, ...over };
  const card = new MachineCard({
    memory: stored,
    log: silentLog,
    jobs: {
      job: (async () => {
        heard.searches++;
        return (over.gpu ?? (() => ok(0)))();
      }) as never,
    },
    lineMs: () => machine.lineMs,
    choice: () =>
      machine.reason && {
        base: { name: over.base ?? 'medium', folder: '', tokenizer: '', weights: '' },
        reason: machine.reason,
      },
    cores: over.cores ?? 8,
    onChange: () => heard.changes++,
  });
  const costs = { usdAnHour: 0.04675, isPriceGuessed: false, limitUsd: 1 };
  const notice = (state: ApiState = 'no-key', isPriceGuessed = false) =>
    card.notice(state, { model: 'claude-x', costs: { ...costs, isPriceGuessed } });
  return { card, notice, heard };
}

test('with two cores the card says what serves, that nothing needs to be done, and what a key costs', () => {
  const notice = cardOn({ cores: 2 }).notice();
  assert.deepEqual(notice?.text.split('\n'), [
    'Suggestions come from the medium model on this machine, 60 ms a line as measured.',
    'Nothing needs to be done.',
    'A large model helps with harder lines: claude-x with a key, about $0.047 an hour of typing as estimated, or a free one on your own server.',
  ]);
  assert.equal(notice?.action?.command, 'chooseModel');
  assert.equal(notice?.other, undefined);
  assert.equal(notice?.decline?.command, 'declineMachineCard');
});

test('with eight cores the same card offers a code model first, with its size and computed wait', () => {
  const notice = cardOn().notice();
  assert.match(
    notice?.text ?? '',
    /\nA code model could be better: Qwen2\.5-Coder 1\.5B \(1118 MB .* 265 ms a line as computed\. .*\nA large model helps/,
  );
  assert.doesNotMatch(notice?.text ?? '', /Nothing needs/);
  assert.equal(notice?.action?.command, 'getCodeModel');
  assert.equal(notice?.other?.command, 'chooseModel');
});

test('the card names the measured time that kept medium from serving', () => {
  const slow = { kind: 'slow', timing: { lineMs: 620, promptMs: 3000 } } as const;
  const { notice } = cardOn({
    ...{ cores: 2, lineMs: 620, base: 'small' },
    reason: { kind: 'instead', of: 'medium', obstacle: slow },
  });
  assert.match(
    notice()?.text ?? '',
    /^Suggestions come from the small model on this machine; medium needs 620 ms a line as measured\./,
  );
});

test('the card has no time of a line before one was measured, and no price that is guessed', () => {
  const { notice } = cardOn({
    ...{ lineMs: undefined, base: 'small' },
    reason: { kind: 'instead', of: 'medium', obstacle: { kind: 'untimed' } },
  });
  assert.match(
    notice()?.text ?? '',
    /^Suggestions come from the small model in this window\.\nNothing needs to be done\.\n/,
  );
  assert.doesNotMatch(notice('no-key', true)?.text ?? '', /\d/);
});

test('the card goes for good once it is declined', async () => {
  const { card, notice, heard } = cardOn();
  await card.decline();
  assert.equal(notice(), undefined);
  assert.equal(heard.changes, 1);
});

test('the card goes when the user has chosen a base, a key or a server, or local-only mode', () => {
  assert.equal(cardOn({ reason: undefined, lineMs: undefined }).notice(), undefined, 'a base');
  const { notice } = cardOn();
  for (const state of ['local-only', 'untrusted', 'no-model', 'unasked', 'declined', 'available'] as const)
    assert.equal(notice(state), undefined, state);
});

test('the card has the right lines that docs/benchmarks.md has', () => {
  const benchmarks = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8');
  const rightIn = (row: string) => Math.round(100 * Number(benchmarks.split(`\n| ${row} | `)[1]?.split(' ')[0]));
  assert.deepEqual(rightOf100, { codeModel: rightIn('Qwen2.5-Coder 1.5B'), medium: rightIn('medium, as shipped') });
});

test('docs/base-models.md has the waits and the price that are computed here', () => {
  const document = readFileSync(join(root, 'docs/base-models.md'), 'utf8');
  const facts = providerOf(defaults.provider).facts(modelOf(defaults), apiHost(defaults));
  const price = hourPriceText(costOf(callsAnHour, facts));
  const wait = (cores: number, gpuBytes: number) =>
    durationText(waitOf(smallest.bytes, cores, gpuBytes, 72, 16.5e9) ?? 0);
  for (const [row, figure] of [
    ['eight cores', wait(8, 0)],
    ['a GPU of 6 GB', wait(2, 6e9)],
    ['a key', price],
  ] as const) {
    const cells = document.split(`\n| ${row} |`)[1]?.split('\n')[0] ?? '';
    assert.ok(cells.includes(figure) && cells.includes('*computed*'), `${row}: ${figure}`);
  }
});

test('a GPU is looked for once, and a code model offered', async () => {
  const { card, notice, heard } = cardOn({ cores: 2, gpu: () => ok(12e9) });
  assert.doesNotMatch(notice()?.text ?? '', /Qwen/);
  card.check();
  card.check();
  await new Promise(setImmediate);
  assert.match(notice()?.text ?? '', /156 ms a line/);
  assert.deepEqual(heard, { changes: 1, searches: 1 });
  const without = cardOn({ cores: 2, gpu: () => failed('unsupported', 'No binary.') });
  without.card.check();
  await new Promise(setImmediate);
  without.card.check();
  assert.doesNotMatch(without.notice()?.text ?? '', /Qwen/);
  assert.equal(without.heard.searches, 1);
});
