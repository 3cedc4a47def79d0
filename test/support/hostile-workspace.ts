// A workspace of all hostile and crafted folders. A git program before the real one on PATH records its arguments.

import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { craftedFolders, makeCrafted } from './crafted.ts';
import { hostileRepositories, writeMarkerProgram } from './hostile.ts';

/** File and folder names in the folder of the workspace file. */
export const markerName = 'marker';
export const gitLogName = 'git.log';
const binName = 'bin';

export function makeHostileWorkspace(base: string): { readonly workspace: string } {
  mkdirSync(join(base, binName), { recursive: true });
  const program = join(base, 'program');
  writeMarkerProgram(program, join(base, markerName));
  const folders: { name: string; path: string }[] = [];
  Object.entries(hostileRepositories).forEach(([name, hostile], index) => {
    const root = join(base, `hostile-${index}`);
    mkdirSync(root);
    hostile.make(root, program);
    folders.push({ name, path: join(root, hostile.open ?? '') });
  });
  Object.entries(craftedFolders).forEach(([name, crafted], index) => {
    const { root } = makeCrafted(crafted, join(base, `crafted-${index}`));
    folders.push({ name, path: root });
  });
  const script = `#!/bin/sh\nprintf '%s\\n' "$*" >> '${join(base, gitLogName)}'\nPATH='${process.env.PATH}' exec git "$@"\n`;
  writeFileSync(join(base, binName, 'git'), script, { mode: 0o755 });
  const workspace = join(base, 'hostile.code-workspace');
  writeFileSync(workspace, JSON.stringify({ folders }, undefined, 1));
  return { workspace };
}

export function hostileEnvironment(base: string): Record<string, string> {
  // Otherwise VS Code takes PATH from a login shell.
  return { VSCODE_CLI: '1', PATH: `${join(base, binName)}${delimiter}${process.env.PATH}` };
}
