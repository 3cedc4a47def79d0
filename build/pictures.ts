// The pictures of the README: npm run pictures. Runs the end-to-end tests that show each surface in a real browser, and
// copies what they saw into media/.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';
import { must } from './proc.ts';

/** Test, its screenshot, and the picture. */
const PICTURES = [
  ['story', '06-ghost-api', 'screenshot'],
  ['next-edits', 'edits-02-at-the-place', 'next-edit'],
] as const;

for (const test of new Set(PICTURES.map(([each]) => each))) {
  console.log(`${test} ...`);
  await must(process.execPath, [join(root, 'build/run.mjs'), `test/e2e/${test}.run.ts`], { cwd: root });
}
for (const [, shot, picture] of PICTURES) {
  copyFileSync(join(root, `test/e2e/shots/${shot}-dark.png`), join(root, `media/${picture}.png`));
  console.log(`media/${picture}.png`);
}
