// A process that learns one recorded task with the n-grams alone, and prints what that took of processor and memory, and what a text takes.
import { labelProbabilities } from '../../src/text-tasks/labels/text-specialist.ts';
import { readTasks } from './data.ts';
import { learnPair } from './pair.ts';

const [data = '', name = ''] = process.argv.slice(2);
const recorded = readTasks(data).find(({ task }) => task.name === name);
if (!recorded) throw new Error(`There is no task '${name}'.`);
const processorSeconds = () => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;
const began = processorSeconds();
const { specialist, test } = learnPair(recorded);
const trained = processorSeconds();
for (const { text } of test) labelProbabilities(specialist, { text });
const asked = processorSeconds();
process.stdout.write(
  JSON.stringify({
    'processor-seconds': trained - began,
    'processor-ms-a-text': (1000 * (asked - trained)) / test.length,
    // Kilobytes, on every system.
    'peak-megabytes': process.resourceUsage().maxRSS / 1000,
  }),
);
