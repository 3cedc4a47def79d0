// A signal ends `npm start` with all its processes, and the last line says where the next start resumes. `npm run bench
// -- safety` measures how fast it ends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StopGround, stopWays } from './stops.ts';

let ground: StopGround;
before(() => {
  ground = new StopGround();
});
after(() => ground.remove());

/** The step at which each run began. If an engine could write no checkpoint, the next run begins at the same step. */
const begun: number[] = [];
for (const way of stopWays) {
  test(`${way.name}: ends all processes, says how to resume, and the next run resumes`, async () => {
    const { code, left, lastLine, begunAt } = await ground.stop(way);
    assert.deepEqual(left, []);
    assert.match(lastLine, way.says);
    assert.equal(code, way.code);
    const [first, before] = [begun[0] ?? -1, begun.at(-1) ?? 0];
    assert.ok(begunAt > first && begunAt >= before, `this run began at step ${begunAt}, the earlier ones at ${begun}`);
    begun.push(begunAt);
  });
}
