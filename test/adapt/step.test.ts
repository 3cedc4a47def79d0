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

test('a step works once for its inputs, and again if its output is not valid, not stored, forgotten, or failed', async () => {
  const disk = new Disk();
  const run = async (store: Disk | undefined, inputs: unknown, isValid?: () => boolean) => {
    let worked = false;
    const work = async () => {
      worked = true;
      return { of: inputs };
    };
    assert.deepEqual(await new Steps(store).step('training', inputs, work, isValid), { of: inputs });
    return worked;
  };
  const [first, again, other] = [await run(disk, [1, 'a']), await run(disk, [1, 'a']), await run(disk, [2, 'a'])];
  assert.deepEqual([first, again, other], [true, false, true]);
  assert.equal(await run(disk, [2, 'a'], () => false), true);
  assert.equal(await run(disk, [2, 'a'], () => true), false);
  const steps = new Steps(disk);
  steps.forget('training', [2, 'a']);
  assert.equal(await run(disk, [2, 'a'], () => true), true);
  assert.equal(await run(undefined, [2, 'a']), true);
  const failing = steps.step('training', [3], () => Promise.reject(new Error('killed')));
  await assert.rejects(failing, /killed/);
  assert.equal(steps.stored('training', [3]), undefined);
});
