// `npm start` asked to end: the whole tree goes, and its last line says where the next start goes on. (How fast: `npm run bench -- safety`.)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StopGround, stopWays } from './stops.ts';

let ground: StopGround;
before(() => {
  ground = new StopGround();
});
after(() => ground.remove());

/** Where each began. The first does so behind the steps that the plan was made by; whose engine could write no checkpoint is gone on from its own beginning. */
const begun: number[] = [];
for (const way of stopWays) {
  test(`${way.name}: ends all processes, says how to resume, and the next run resumes`, async () => {
    const { code, left, said, begunAt } = await ground.stop(way);
    assert.deepEqual(left, []);
    assert.match(said, way.says);
    assert.equal(code, way.code);
    const [first, before] = [begun[0] ?? 0, begun.at(-1) ?? 0];
    assert.ok(begunAt > first && begunAt >= before, `it began at step ${begunAt}, those before at ${begun}`);
    begun.push(begunAt);
  });
}
