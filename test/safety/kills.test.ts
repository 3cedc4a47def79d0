// An adaptation that is killed at any moment leaves what is on disk whole, and comes out the same in the end: a few kills of each kind.
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
  test(`${victim}, killed at a random moment: nothing is damaged, and nothing lives on`, async () => {
    const { held, note } = await ground.kill(victim);
    assert.ok(held, note);
  });
}

test('after all that it comes out as one that was left alone, and no temporary file stays', async () => {
  const { held, note } = await ground.finish();
  assert.ok(held, note);
});
