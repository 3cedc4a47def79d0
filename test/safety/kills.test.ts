// An adaptation that is killed at any moment leaves usable files, and has the same result in the end. A few kills of
// each kind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { KillGround, victims } from './kills.ts';

let ground: KillGround;
before(async () => {
  ground = new KillGround(5);
  await ground.begin();
});
after(() => ground.remove());

for (const victim of victims) {
  test(`${victim}, killed at a random moment, damages nothing and leaves no process`, async () => {
    const { held, note } = await ground.kill(victim);
    assert.ok(held, note);
  });
}

test('after all kills, the result is that of an undisturbed run, without temporary files', async () => {
  const { held, note } = await ground.finish();
  assert.ok(held, note);
});
