// The panel's card of what serves on this machine and what could be better: on which machines, with which figures,
// until when.
import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { test } from 'node:test';
import '../../support/ui-text.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../build/paths.ts';
import { apiHost, modelOf } from '../../../src/llm/connect.ts';
import { providerOf } from '../../../src/llm/providers/providers.ts';
import type { ApiState } from '../../../src/vscode/api/api.ts';
import { callsAnHour, costOf, hourPriceText } from '../../../src/vscode/api/hourly-cost.ts';
import type { BaseReason } from '../../../src/vscode/bases/bases.ts';
import { memory } from '../memory.ts';

const { MachineCard, rightOf100 } = await import('../../../src/vscode/bases/machine-card.ts');

const defaults = { provider: 'anthropic', model: '', baseUrl: '' };
const inTime = (lineMs = 60): BaseReason => ({ kind: 'in-time', timing: { lineMs, promptMs: 300 } });

interface Machine {
  readonly cores?: number;
  readonly base?: string;
  /** Undefined: the user has chosen a base. */
  readonly reason?: BaseReason | undefined;
}

function cardOn(over: Machine = {}) {
  const heard = { changes: 0 };
  const machine = { reason: inTime(), ...over };
  const card = new MachineCard({
    memory: memory(),
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

test('with eight cores, 16 GB and a quick medium the same card offers a code model first', (context) => {
  let bytes = 16.5e9;
  context.mock.method(os, 'totalmem', () => bytes);
  syncBuiltinESMExports();
  const { notice } = cardOn();
  assert.match(
    notice()?.text ?? '',
    /\nA code model could be better: Qwen2\.5-Coder 1\.5B \(1118 MB to download\)\. .*\nA large model helps/,
  );
  assert.doesNotMatch(notice()?.text ?? '', /Nothing needs/);
  assert.deepEqual([notice()?.action?.command, notice()?.other?.command], ['getCodeModel', 'chooseModel']);
  for (const less of [{ cores: 4 }, { reason: inTime(120) }])
    assert.match(cardOn(less).notice()?.text ?? '', /Nothing needs/, JSON.stringify(less));
  bytes = 8.2e9;
  assert.match(notice()?.text ?? '', /Nothing needs/, 'too little memory');
  context.mock.restoreAll();
  syncBuiltinESMExports();
});

test('the card names the measured time that kept medium from serving', () => {
  const slow = { kind: 'slow', timing: { lineMs: 620, promptMs: 3000 } } as const;
  const { notice } = cardOn({
    ...{ cores: 2, base: 'small' },
    reason: { kind: 'instead', of: 'medium', obstacle: slow },
  });
  const pattern = /^Suggestions come from the small model on this machine; medium needs 620 ms a line as measured\./;
  assert.match(notice()?.text ?? '', pattern);
});

test('the card has no time of a line before one was measured, and no price that is guessed', () => {
  const { notice } = cardOn({
    base: 'small',
    reason: { kind: 'instead', of: 'medium', obstacle: { kind: 'untimed' } },
  });
  const pattern = /^Suggestions come from the small model in this window\.\nNothing needs to be done\.\n/;
  assert.match(notice()?.text ?? '', pattern);
  assert.doesNotMatch(notice('no-key', true)?.text ?? '', /\d/);
});

test('the card goes for good once it is declined', async () => {
  const { card, notice, heard } = cardOn();
  await card.decline();
  assert.equal(notice(), undefined);
  assert.equal(heard.changes, 1);
});

test('the card goes when the user has chosen a base, a key or a server, or local-only mode', () => {
  assert.equal(cardOn({ reason: undefined }).notice(), undefined, 'a base');
  const { notice } = cardOn();
  for (const state of ['local-only', 'untrusted', 'no-model', 'unasked', 'declined', 'available'] as const)
    assert.equal(notice(state), undefined, state);
});

test('the card has the right lines that docs/benchmarks.md has', () => {
  const benchmarks = readFileSync(join(root, 'docs/benchmarks.md'), 'utf8');
  const rightIn = (row: string) => Math.round(100 * Number(benchmarks.split(`\n| ${row} | `)[1]?.split(' ')[0]));
  assert.deepEqual(rightOf100, { codeModel: rightIn('Qwen2.5-Coder 1.5B'), medium: rightIn('medium, as shipped') });
});

test('docs/base-models.md has the price that is computed here', () => {
  const document = readFileSync(join(root, 'docs/base-models.md'), 'utf8');
  const facts = providerOf(defaults.provider).facts(modelOf(defaults), apiHost(defaults));
  const price = hourPriceText(costOf(callsAnHour, facts));
  const cells = document.split('\n| a key |')[1]?.split('\n')[0] ?? '';
  assert.ok(cells.includes(price) && cells.includes('*computed*'), price);
});
