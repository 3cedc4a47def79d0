// Vectors of a task's texts: each is read once, also after a cancellation, and they decide where words do not.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';
import { silentLog } from '../../src/common/log.ts';
import { openTextEncoder } from '../../src/jobs/text-encoder.ts';
import { encoderFiles } from '../../src/storage/text-vectors.ts';
import { never } from '../llm/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TaskTree } from '../text-tasks/support.ts';

async function openIn(stored: string, signal = never) {
  const encoder = await openTextEncoder(encoderFiles(join(root, 'models'), stored), silentLog, signal);
  assert.ok(encoder);
  return encoder;
}

test('a text is read once, whatever its spaces and case, and what was read before a cancellation is kept', async () => {
  const stored = temporaryFolder();
  const texts = Array.from({ length: 50 }, (_, i) => `text number ${i}`);
  const controller = new AbortController();
  const first = await openIn(stored, controller.signal);
  await assert.rejects(
    first.encode(texts, (done) => done === 20 && controller.abort()),
    /abort/i,
  );
  await first.close();
  const again = await openIn(stored);
  const counts: number[] = [];
  const vectors = await again.encode([...texts, 'TEXT  number 3'], (done) => counts.push(done));
  assert.ok(counts.length > 0 && counts.length <= 34, `${counts.length} of 50 are read again`);
  assert.equal(counts.at(-1), 51);
  assert.deepEqual(vectors[50], vectors[3]);
  await again.encode(texts, () => assert.fail('nothing is left to read'));
  await again.close();
});

test('labels that no word gives away are learned from vectors', async () => {
  const tree = new TaskTree();
  const animals = [
    'lion',
    'eagle',
    'shark',
    'horse',
    'spider',
    'wolf',
    'salmon',
    'rabbit',
    'tiger',
    'crow',
    'goat',
    'whale',
  ];
  const tools = [
    'hammer',
    'lathe',
    'pliers',
    'drill',
    'chisel',
    'wrench',
    'saw',
    'anvil',
    'screwdriver',
    'axe',
    'clamp',
    'file',
  ];
  const ends = ['was there', 'is old', 'looks heavy', 'belongs to him'];
  const rows = ends.flatMap((end, k) =>
    animals.flatMap((animal, i) =>
      [animal, tools[i] as string].map((name, label) => {
        return `the ${name} ${end},${(i + k) % 3 === 0 && i < 6 ? ['bug', 'wish'][label] : ''}`;
      }),
    ),
  );
  const given = [...animals.slice(0, 6), ...tools.slice(0, 6)].flatMap((name, i) =>
    ['moved', 'fell'].map((verb) => `a ${name} ${verb},${i < 6 ? 'bug' : 'wish'}`),
  );
  tree.write({ 'issues.csv': `title,kind\n${[...rows, ...given].join('\n')}\n` });
  tree.task('issues', { source: { kind: 'csv', path: 'issues.csv', text: 'title', label: 'kind' } });
  const encoder = await openIn(temporaryFolder());
  const rightWith = async (encode?: typeof encoder.encode) => {
    const { path } = await tree.run('issues', { encode, acceptsFew: true });
    const lines = tree.read(path).trimEnd().split('\n').slice(1);
    const unseen = lines.filter((line) => [...animals.slice(6), ...tools.slice(6)].some((name) => line.includes(name)));
    const isAnimal = (line: string) => animals.some((name) => line.includes(name));
    return unseen.filter((line) => line.includes(isAnimal(line) ? ',bug,' : ',wish,')).length / unseen.length;
  };
  const [without, withVectors] = [await rightWith(), await rightWith(encoder.encode)];
  await encoder.close();
  assert.ok(withVectors > without + 0.2, `${without} ${withVectors}`);
});
