// What the status bar's tooltip says of the base model.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BaseReason } from '../../../src/vscode/bases/bases.ts';
import { l10n, loadAsVscode } from '../../support/fake-vscode.ts';

loadAsVscode({ l10n });
const { modelStatus } = await import('../../../src/vscode/bases/base-status.ts');

test('the reason for a base stands in brackets, with times that say what they are of', () => {
  const timing = { lineMs: 248, promptMs: 1195 };
  const detailOf = (reason: BaseReason) => {
    const choice = { base: { name: 'medium' }, reason } as Parameters<typeof modelStatus>[2];
    const ready = { kind: 'ready', name: 'base', loadMs: 2000 } as Parameters<typeof modelStatus>[0];
    return modelStatus(ready, undefined, choice).detail;
  };
  assert.equal(
    detailOf({ kind: 'in-time', timing }),
    'medium (fast enough here: 248 ms for a line, 1.2 s for the first one at a new place); started in 2.0 s',
  );
  const slow: BaseReason = { kind: 'instead', of: 'large', obstacle: { kind: 'slow', timing } };
  assert.match(detailOf(slow), /^medium \(the large model is too slow here: 248 ms for a line, /);
});
