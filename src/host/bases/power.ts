// Whether this machine runs on its battery, as far as that can be told without a library: Linux says so in files, macOS by a program of
// its own. Windows tells nobody cheaply: there the answer is that it is not known.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** By its absolute path: nothing that a folder or PATH brings is started. */
const PMSET = '/usr/bin/pmset';
const POWERSHELL = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32\\WindowsPowerShell\\v1.0\\powershell.exe');
const BATTERY_STATUS = '(Get-CimInstance -ClassName Win32_Battery).BatteryStatus';
const SUPPLIES = '/sys/class/power_supply';

export interface PowerDeps {
  readonly platform: NodeJS.Platform;
  /** Folder of Linux's power supplies. */
  readonly supplies: string;
  /** What a program prints; undefined where it cannot be run. */
  readonly run: (program: string, args: readonly string[]) => Promise<string | undefined>;
}

const here: PowerDeps = { platform: process.platform, supplies: SUPPLIES, run };

/** Undefined: it cannot be told. Never rejects. */
export async function onBattery({ platform, supplies, run }: PowerDeps = here): Promise<boolean | undefined> {
  if (platform === 'linux') return linux(supplies);
  if (platform !== 'darwin') return undefined;
  const printed = await run(PMSET, ['-g', 'batt']);
  const source = /drawing from '(AC|Battery|UPS) Power'/.exec(printed ?? '')?.[1];
  return source === undefined ? undefined : source !== 'AC';
}

/**
 * For what may wait for mains power: false also where that cannot be told. A Linux machine that names no battery has none; Windows is asked by
 * starting a program of its own, which takes a second: not for what is asked often.
 */
export async function onMains(deps: PowerDeps = here): Promise<boolean> {
  if (deps.platform === 'win32') return windows(deps);
  const battery = await onBattery(deps);
  return battery === undefined ? deps.platform === 'linux' : !battery;
}

/** Nothing is printed where there is no battery. 1, 4 and 5: it is being emptied, low, or critical (Win32_Battery.BatteryStatus). */
async function windows({ run }: PowerDeps): Promise<boolean> {
  const printed = await run(POWERSHELL, ['-NoProfile', '-NonInteractive', '-Command', BATTERY_STATUS]);
  return printed !== undefined && !printed.split(/\s+/).some((status) => ['1', '4', '5'].includes(status));
}

/** A charger that is in, of whatever kind, outweighs a battery that says it is being emptied. */
function linux(folder: string): boolean | undefined {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  const read = (name: string, file: string) => {
    try {
      return readFileSync(join(folder, name, file), 'utf8').trim();
    } catch {
      return '';
    }
  };
  // A mouse's battery is of scope 'Device'.
  const supplies = names.filter((name) => read(name, 'scope') !== 'Device');
  const isBattery = (name: string) => read(name, 'type') === 'Battery';
  if (supplies.some((name) => !isBattery(name) && read(name, 'online') === '1')) return false;
  const batteries = supplies.filter(isBattery);
  return batteries.length === 0 ? undefined : batteries.some((name) => read(name, 'status') === 'Discharging');
}

function run(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    // PowerShell does not start without it.
    const env = process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot };
    const options = { cwd: '/', env, timeout: 5000, maxBuffer: 64 * 1024, windowsHide: true } as const;
    execFile(program, [...args], options, (error, stdout) => resolve(error ? undefined : stdout));
  });
}
