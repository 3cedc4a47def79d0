// The fuzzer gives damaged inputs to every loader. Each input has to be used, or give an error with a code and advice.
import { CodedError, type ErrorCode } from '../../src/common/errors.ts';
import { Random } from './corpus-random.ts';
import { type Ending, type Target, targets } from './fuzz-targets.ts';

export interface FuzzRow {
  readonly target: string;
  readonly tried: number;
  /** Other results, each with the seed that reproduces it. */
  readonly failures: readonly string[];
  readonly used: number;
  readonly refused: number;
}

/** Advice that an error message has to contain: what the reader can do. */
const advice = /\b(?:Run|Adapt|adapt|Reinstall|Update|Start|Choose|Use|use|Name|Copy|Train)\b/;

const codes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'corrupt',
  'mismatched',
  'unsupported',
  'other-version',
  'unreadable',
]);

/** The same seed and count try the same inputs. @param folder an empty one, for the files that loaders read */
async function fuzz(folder: string, seed: number, count: number): Promise<FuzzRow[]> {
  const all = targets(folder);
  const rows: FuzzRow[] = [];
  for (const [index, target] of all.entries()) {
    const share = Math.ceil(count / all.length);
    const failures: string[] = [];
    let [used, refused] = [0, 0];
    for (let i = 0; i < share; i++) {
      const own = seed + index * 1_000_003 + i;
      const wrong = await once(target, own);
      if (wrong === 'used') used++;
      else if (wrong === 'refused') refused++;
      else failures.push(`${target.name}, seed ${own}: ${wrong.slice(0, 300)}`);
    }
    rows.push({ target: target.name, tried: share, failures, used, refused });
  }
  return rows;
}

/** 'used', 'refused', or a sentence about a wrong result. */
export async function once(target: Target, seed: number): Promise<string> {
  let ending: Ending;
  try {
    ending = await target.try(new Random(seed));
  } catch (error) {
    if (!(error instanceof CodedError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
    ending = error;
  }
  if (ending === 'used') return 'used';
  if (!codes.has(ending.code)) return `code '${ending.code}': ${ending.message}`;
  return advice.test(ending.message) ? 'refused' : `no advice: ${ending.message}`;
}

// In a process with little memory, so that an input that needs too much ends it. Arguments: folder, seed, count.
if (import.meta.main) {
  const [folder = '', seed = '', count = ''] = process.argv.slice(2);
  const before = process.resourceUsage().maxRSS;
  const rows = await fuzz(folder, Number(seed), Number(count));
  process.stdout.write(JSON.stringify({ rows, grownBytes: (process.resourceUsage().maxRSS - before) * 1024 }));
}
