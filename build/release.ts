// Makes the files of a release: a package with its bill of materials for each platform, and the notes.
//
//   node build/run.mjs build/release.ts TAG FOLDER [PLATFORM...]
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isPreRelease, packageExtension } from './package.ts';
import { root } from './paths.ts';
import { billOfMaterials } from './sbom.ts';
import { offeredTargets } from './targets.ts';

/** Section of CHANGELOG.md about the version that the tag names. Throws if the tag is not the version, or has no notes. */
export function releaseNotes(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`)
    throw new Error(
      `The tag is ${tag}, and package.json has version ${version}: tag v${version}, or change the version.`,
    );
  const sections = changelog.split(/^## /m).map((section) => {
    const [heading = '', ...lines] = section.split('\n');
    return { names: heading.split(/[\s,]+/)[0], notes: lines.join('\n').trim() };
  });
  const notes = sections.find(({ names }) => names === version)?.notes ?? '';
  if (notes !== '') return `${notes}\n`;
  throw new Error(`CHANGELOG.md says nothing about ${version}: move what is new under the heading '## ${version}'.`);
}

async function main(): Promise<void> {
  const [tag, to, ...chosen] = process.argv.slice(2);
  if (tag === undefined || to === undefined) throw new Error('usage: build/release.ts TAG FOLDER [PLATFORM...]');
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const notes = releaseNotes(tag, version, readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
  const folder = resolve(process.env.INIT_CWD ?? process.cwd(), to);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'notes.md'), notes);
  for (const target of chosen.length > 0 ? chosen : offeredTargets()) {
    const path = join(folder, `${name}-${target}-${version}`);
    const packed = await packageExtension({ out: `${path}.vsix`, target });
    writeFileSync(`${path}.cdx.json`, `${JSON.stringify(billOfMaterials(packed), undefined, 2)}\n`);
    console.log(`${packed.file}: ${packed.size} bytes`);
  }
  // What .github/workflows/release.yml asks for.
  const output = process.env.GITHUB_OUTPUT;
  if (output !== undefined) appendFileSync(output, `prerelease=${isPreRelease(version)}\n`);
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
