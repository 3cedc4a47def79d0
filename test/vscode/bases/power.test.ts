// Whether the machine runs on battery: from Linux's files or macOS's program, else unknown.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { onBattery } from '../../../src/vscode/bases/power.ts';

const root = mkdtempSync(join(tmpdir(), 'easy-adaptation-power-'));
after(() => rmSync(root, { recursive: true }));
let machines = 0;

/** A machine with these power supplies. */
function linux(supplies: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const folder = join(root, String(machines++));
  mkdirSync(folder);
  for (const [name, files] of Object.entries(supplies)) {
    mkdirSync(join(folder, name));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), `${text}\n`);
  }
  return onBattery({ platform: 'linux', supplies: folder, run: async () => assert.fail('no program is run') });
}

test('on Linux a discharging battery without a charger counts as on battery', async () => {
  const battery = { type: 'Battery', status: 'Discharging' };
  assert.equal(await linux({ BAT0: battery, AC: { type: 'Mains', online: '0' } }), true);
  assert.equal(await linux({ BAT0: battery, AC: { type: 'Mains', online: '1' } }), false);
  assert.equal(await linux({ BAT0: battery, ucsi: { type: 'USB', online: '1' } }), false);
  assert.equal(await linux({ BAT0: { type: 'Battery', status: 'Full' } }), false);
});

test('on Linux a mouse’s battery does not count', async () => {
  const mouse = { type: 'Battery', status: 'Discharging', scope: 'Device' };
  assert.equal(await linux({ hidpp: mouse }), undefined);
  assert.equal(await linux({}), undefined);
  const nowhere = { platform: 'linux', supplies: join(root, 'none'), run: async () => undefined } as const;
  assert.equal(await onBattery(nowhere), undefined);
});

test('on macOS the system’s program is run by its absolute path', async () => {
  const asked: string[] = [];
  const mac = (printed: string | undefined) =>
    onBattery({
      platform: 'darwin',
      supplies: root,
      run: async (program, args) => {
        asked.push([program, ...args].join(' '));
        return printed;
      },
    });
  assert.equal(await mac("Now drawing from 'Battery Power'\n -InternalBattery-0 57%; discharging"), true);
  assert.equal(await mac("Now drawing from 'AC Power'\n"), false);
  assert.equal(await mac('something else'), undefined);
  assert.equal(await mac(undefined), undefined);
  assert.deepEqual(new Set(asked), new Set(['/usr/bin/pmset -g batt']));
});
