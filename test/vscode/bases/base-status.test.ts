// What the list of base models says of an imported base.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageManifest } from '../../../src/neural/models/manifest.ts';
import { uiText } from '../../support/ui-text.ts';

const { importedDetail } = await import('../../../src/vscode/bases/base-status.ts');

test('a base that an earlier version rounded to 4 bits points to its GGUF file, a GGUF base does not', () => {
  const of = (kind: PackageManifest['kind']) =>
    importedDetail({ kind } as PackageManifest, uiText.t('Not timed on this machine'));
  assert.equal(of('model'), 'Not timed on this machine. A GGUF file of this model would answer better: import one.');
  assert.equal(of('gguf'), 'Not timed on this machine');
});
