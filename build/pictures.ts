// The pictures of README and walkthrough: npm run pictures. Runs the end-to-end tests that take one, in a real
// browser; what their surfaces say is stored beside them, in test/e2e/pictures.jsonl.
import { join } from 'node:path';
import { picturesVariable, root } from './paths.ts';
import { must } from './proc.ts';

for (const test of ['pictures', 'story', 'texts']) {
  console.log(`${test} ...`);
  const env = { ...process.env, [picturesVariable]: 'write' };
  await must(process.execPath, [join(root, 'build/run.mjs'), `test/e2e/${test}.run.ts`], { cwd: root, env });
}
