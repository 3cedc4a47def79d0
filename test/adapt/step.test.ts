// A step with unchanged inputs returns its stored output.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StepStore, Steps } from '../../src/adapt/step.ts';

/** Keeps the last output of each name, as the database does. */
class Disk implements StepStore {
  private readonly rows = new Map<string, { readonly signature: string; readonly output: string }>();

  outputOfFinished(name: string, signature: string): string | undefined {
    const row = this.rows.get(name);
    return row?.signature === signature ? row.output : undefined;
  }

  finish(name: string, signature: string, output: string): void {
    this.rows.set(name, { signature, output });
  }
}

/** Runs the step in a new run over the same disk. Returns its output, and whether it worked. */
async function run(disk: Disk | undefined, inputs: unknown, isValid?: (output: { of: unknown }) => boolean) {
  let worked = false;
  const work = async () => {
    worked = true;
    return { of: inputs };
  };
  const output = await new Steps(disk).step('training', inputs, work, isValid);
  return { output, worked };
}

test('a later run over unchanged inputs reads the output, over others it works', async () => {
  const disk = new Disk();
  const [first, again, other] = [await run(disk, [1, 'a']), await run(disk, [1, 'a']), await run(disk, [2, 'a'])];
  assert.deepEqual(first, { output: { of: [1, 'a'] }, worked: true });
  assert.deepEqual(again, { output: { of: [1, 'a'] }, worked: false });
  assert.deepEqual(other, { output: { of: [2, 'a'] }, worked: true });
});

test('works again if the stored output is not valid any more, was forgotten, or nothing is stored', async () => {
  const disk = new Disk();
  await run(disk, [1]);
  assert.equal((await run(disk, [1], () => false)).worked, true);
  assert.equal((await run(disk, [1], () => true)).worked, false);
  new Steps(disk).forget('training', [1]);
  assert.equal((await run(disk, [1], () => true)).worked, true);
  assert.equal((await run(undefined, [1])).worked, true);
});

test('a step whose work fails is not stored', async () => {
  const disk = new Disk();
  const steps = new Steps(disk);
  await assert.rejects(
    steps.step('training', [1], () => Promise.reject(new Error('killed'))),
    /killed/,
  );
  assert.equal(steps.stored('training', [1]), undefined);
});
