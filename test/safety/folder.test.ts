// Hostile and crafted folders on the command line: none of their programs is run, and no file outside is read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { traps, tryTrap } from './folder.ts';

describe('npm start -- complete FILE', { concurrency: 2 }, () => {
  for (const trap of traps)
    test(`${trap.promise}: ${trap.name}`, async () => assert.equal(await tryTrap(trap, 'complete'), undefined));
});

for (const name of ['a promisor remote over ext', 'a git of its own', 'an index that names files outside']) {
  test(`npm start -- FOLDER --local: ${name}`, async () => {
    const trap = traps.find((each) => each.name === name) ?? assert.fail(name);
    assert.equal(await tryTrap(trap, 'adapt', ['build/run.mjs', 'src/jobs/cli/main.ts']), undefined);
  });
}
