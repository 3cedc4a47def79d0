// `npm start` asked to end: the whole tree goes, and its last line says where the next start goes on. (How fast: `npm run bench -- safety`.)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StopGround, stopWays } from './stops.ts';

let ground: StopGround;
before(() => {
  ground = new StopGround();
});
after(() => ground.remove());

for (const [index, way] of stopWays.entries()) {
  test(`${way.name}: all of it ends, and says where it goes on; and there the next goes on`, async () => {
    const { code, left, said, begunAt } = await ground.stop(way);
    assert.deepEqual(left, []);
    assert.match(said, way.says);
    assert.equal(code, way.code);
    assert.equal(begunAt > 0, index > 0, `it began at step ${begunAt}`);
  });
}
