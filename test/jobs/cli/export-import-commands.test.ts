// `adaptations` on the command line: exports from one folder, imports into another, which then has model, index and
// report, and compares two adaptations.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ownFolder } from '../../../src/adaptation/models/folder-models.ts';
import { specialistFolder } from '../../../src/jobs/cli/run-request.ts';
import { writeAdaptedFolder, writeBase } from '../../adaptation/adapted-folder.ts';
import { assertPrivate } from '../../support/private.ts';
import { runCli } from './run.ts';

const home = mkdtempSync(join(tmpdir(), 'carry-'));
after(() => rmSync(home, { recursive: true }));
const [base, storeFolder, file] = ['base', 'data', 'engine.safetensors'].map((name) => join(home, name)) as [
  string,
  string,
  string,
];
const [here, there] = ['here', 'there'].map((name) => join(home, name)) as [string, string];
const cli = (...args: string[]) => runCli(['adaptations', ...args, '--storage', storeFolder, '--base', base]);

test('exports an adaptation, imports it elsewhere, compares both; wrong arguments print the usage', async () => {
  writeBase(base);
  for (const root of [here, there]) {
    mkdirSync(root);
    writeFileSync(join(root, 'a.ts'), 'export const answer = 42;\n'.repeat(20));
  }
  writeAdaptedFolder({ root: here, storeFolder, specialistFolder: specialistFolder(storeFolder, here) }, base);
  const exported = await cli('export', here, file);
  assert.equal(exported.code, 0, exported.err);
  assert.match(exported.out, /adapted to here \(240 files\).*SHA-256 [0-9a-f]{64}/s);
  const imported = await cli('import', file, there);
  assert.equal(imported.code, 0, imported.err);
  assert.match(imported.out, /^In use in .*there: adapted to here/);
  const importedFolder = specialistFolder(storeFolder, there);
  assert.ok(existsSync(join(importedFolder, 'specialist.ngram')), 'its files are indexed');
  assert.ok(assertPrivate(storeFolder) > 8);
  const [from, to] = [here, there].map((root) => ownFolder(specialistFolder(storeFolder, root)) as string);
  const weights = (folder = '') => readFileSync(join(folder, 'model.safetensors'));
  assert.ok(weights(from).equals(weights(to)));
  const compared = await cli('compare', here, there);
  assert.match(compared.out, /^# here and there\n/);
  const damaged = join(home, 'damaged.safetensors');
  writeFileSync(damaged, readFileSync(file).subarray(0, -1));
  const refused = await cli('import', damaged, there);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /its end is missing/);
  assert.equal(ownFolder(importedFolder), to);
  const withoutFile = await cli('export', here);
  assert.equal(withoutFile.code, 2);
  assert.match(withoutFile.err, /adaptations export FOLDER FILE/);
});
