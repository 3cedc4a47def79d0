// Whether the machine runs on its battery: what Linux's files and macOS's program say, and nothing where neither is there.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { onBattery, onMains } from '../../../src/host/bases/power.ts';

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

test('Linux: a battery that is emptied with no charger in', async () => {
  const battery = { type: 'Battery', status: 'Discharging' };
  assert.equal(await linux({ BAT0: battery, AC: { type: 'Mains', online: '0' } }), true);
  assert.equal(await linux({ BAT0: battery, AC: { type: 'Mains', online: '1' } }), false);
  assert.equal(await linux({ BAT0: battery, ucsi: { type: 'USB', online: '1' } }), false);
  assert.equal(await linux({ BAT0: { type: 'Battery', status: 'Full' } }), false);
});

test('Linux: a mouse’s battery is none, nor is a machine without one on battery', async () => {
  const mouse = { type: 'Battery', status: 'Discharging', scope: 'Device' };
  assert.equal(await linux({ hidpp: mouse }), undefined);
  assert.equal(await linux({}), undefined);
  const nowhere = { platform: 'linux', supplies: join(root, 'none'), run: async () => undefined } as const;
  assert.equal(await onBattery(nowhere), undefined);
});

test('macOS: its own program is asked by its absolute path', async () => {
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

test('Windows tells nobody', async () => {
  const windows = { platform: 'win32', supplies: root, run: async () => assert.fail('no program is run') } as const;
  assert.equal(await onBattery(windows), undefined);
});

test('mains power: Linux without a battery has it, and where nothing can be told it is not taken for granted', async () => {
  const at = (platform: NodeJS.Platform, printed?: string) =>
    onMains({ platform, supplies: join(root, 'none'), run: async () => printed });
  assert.equal(await at('linux'), true);
  assert.equal(await at('darwin'), false);
  assert.equal(await at('darwin', "Now drawing from 'AC Power'\n"), true);
  assert.equal(await at('darwin', "Now drawing from 'Battery Power'\n"), false);
  assert.equal(await at('freebsd'), false);
  assert.equal(await at('win32'), false);
  assert.equal(await at('win32', '\r\n'), true, 'no battery');
  assert.equal(await at('win32', '2\r\n'), true);
  assert.equal(await at('win32', '1\r\n'), false);
  assert.equal(await at('win32', '2\r\n4\r\n'), false);
});

test('Windows is asked by the absolute path of its own program', async () => {
  const asked: string[] = [];
  const run = async (program: string) => {
    asked.push(program);
    return '2';
  };
  await onMains({ platform: 'win32', supplies: root, run });
  assert.match(asked.join(), /^[A-Z]:\\.*\.exe$|System32\\WindowsPowerShell\\v1\.0\\powershell\.exe$/);
});

test('this machine can be asked', async () => {
  assert.ok([true, false, undefined].includes(await onBattery()));
});
