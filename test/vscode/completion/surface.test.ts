// Where ghost text is switched off.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { dialogs } from '../../fakes/vscode-dialogs.ts';

const { completions } = await import('../../../src/vscode/completion/surface.ts');

beforeEach(() => dialogs.reset());

test("'Enable or Disable Here…' turns each place off or on again", async () => {
  const off: string[] = [];
  const enable: Record<string, boolean> = { string: false };
  const deps = {
    ...{ status: { folder: () => ({ key: 'k', name: 'shop', uri: undefined }) }, snooze: {} },
    permissions: { isOn: () => !off.includes('k'), setFolder: (key: string, isOn: boolean) => isOn || off.push(key) },
    configuration: { for: () => ({ enable }), write: (_: string, value: object) => Object.assign(enable, value) },
  };
  const toggleHere = completions(deps as never).commands?.toggleHere as () => Promise<void>;
  const offered: (string | undefined)[][] = [];
  for (const row of [
    'Turn off in comments of all languages',
    'Turn on in strings of all languages',
    'Turn off in shop',
  ]) {
    dialogs.pick = (items) => {
      offered.push(items.map(({ label }) => label));
      return { row };
    };
    await toggleHere();
  }
  assert.deepEqual([enable, off], [{ comment: false, string: true }, ['k']]);
  assert.ok(offered.at(-1)?.includes('Turn on in comments of all languages'));
});
