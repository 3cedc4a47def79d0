// Whether this machine runs on battery: Linux has files for it, macOS a program. On Windows the state is unknown.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Path of the program on macOS. It is absolute, so that PATH cannot name another program. */
const PMSET = '/usr/bin/pmset';
const SUPPLIES = '/sys/class/power_supply';

export interface PowerDeps {
  readonly platform: NodeJS.Platform;
  /** Folder of the power supplies on Linux. */
  readonly supplies: string;
  /** Returns the program's output; undefined if it cannot be run. */
  readonly run: (program: string, args: readonly string[]) => Promise<string | undefined>;
}

const here: PowerDeps = { platform: process.platform, supplies: SUPPLIES, run };

/** Whether the machine runs on battery; undefined if unknown. Never rejects. */
export async function onBattery({ platform, supplies, run }: PowerDeps = here): Promise<boolean | undefined> {
  if (platform === 'linux') return linux(supplies);
  if (platform !== 'darwin') return undefined;
  const output = await run(PMSET, ['-g', 'batt']);
  const source = /drawing from '(AC|Battery|UPS) Power'/.exec(output ?? '')?.[1];
  return source === undefined ? undefined : source !== 'AC';
}

/** A connected charger of any kind counts more than a battery that reports 'Discharging'. */
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
  // Batteries of mice and keyboards have the scope 'Device'.
  const supplies = names.filter((name) => read(name, 'scope') !== 'Device');
  const isBattery = (name: string) => read(name, 'type') === 'Battery';
  if (supplies.some((name) => !isBattery(name) && read(name, 'online') === '1')) return false;
  const batteries = supplies.filter(isBattery);
  return batteries.length === 0 ? undefined : batteries.some((name) => read(name, 'status') === 'Discharging');
}

function run(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { cwd: '/', env: {}, timeout: 5000, maxBuffer: 64 * 1024 } as const;
    execFile(program, [...args], options, (error, stdout) => resolve(error ? undefined : stdout));
  });
}
