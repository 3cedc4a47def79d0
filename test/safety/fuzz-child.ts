// Runs the fuzzer in a process with little memory, so that an input that needs too much ends the process.
// Usage: node fuzz-child.ts FOLDER SEED COUNT
import { fuzz } from './fuzz.ts';

const [folder = '', seed = '', count = ''] = process.argv.slice(2);
const before = process.resourceUsage().maxRSS;
const rows = await fuzz(folder, Number(seed), Number(count));
process.stdout.write(JSON.stringify({ rows, grownBytes: (process.resourceUsage().maxRSS - before) * 1024 }));
