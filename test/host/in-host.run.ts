// Runs the in-host suites in code-server, or in a downloaded VS Code if EASY_ADAPTATION_VSCODE is set.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { version as codeServerVersion, needCodeServer } from '../../build/code-server.ts';
import { bytesOfCrafted, craftedGguf } from '../neural/models/import/crafted-models.ts';
import { launchBrowser } from '../support/browser.ts';
import { hostileEnvironment, makeHostileWorkspace } from '../support/hostile-workspace.ts';
import { writeMillion } from '../support/million.ts';
import { writeProject } from '../support/project.ts';
import { driverVsix, ourVsix } from '../support/vsix.ts';
import { desktopVersion } from './electron.ts';
import { runSuite, type SuiteRun } from './runner.ts';
import { foreignLine } from './suites/foreign.ts';

const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-packages-'));
let packages: { ours: string; driver: string; driverFolder: string };
let browser: Browser | undefined;

before(async () => {
  const ours = await ourVsix(folder);
  packages = { ours, driver: await driverVsix(folder), driverFolder: join(folder, 'driver') };
  if (desktopVersion !== undefined) {
    console.log(`runner: @vscode/test-electron, VS Code ${desktopVersion}`);
    return;
  }
  console.log(`runner: code-server ${codeServerVersion} (EASY_ADAPTATION_VSCODE=stable downloads a desktop VS Code)`);
  await needCodeServer();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The folder that the suite sees as llama.cpp's model folder. */
const ownModels = (project: string) => join(project, '..', 'models');

const runs: SuiteRun[] = [
  {
    suite: 'main',
    // The base model may change at any moment; the suite passes with each.
    settings: { 'easyAdaptation.baseModel': 'auto' },
    prepare(project) {
      writeProject(project);
      // Joined here, so that secret scanners do not report this file.
      const token = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('_');
      writeFileSync(join(project, 'src', 'upload.ts'), `export const token = '${token}';\n`.repeat(3));
      return { folder: project };
    },
  },
  {
    suite: 'seams',
    // What was accepted a moment ago must not be suggested as a recent edit.
    settings: { 'easyAdaptation.baseModel': 'none', 'easyAdaptation.nextEdits': false },
    prepare(project) {
      writeProject(project);
      return { folder: project };
    },
  },
  {
    suite: 'neural',
    prepare(project) {
      writeProject(project);
      mkdirSync(ownModels(project));
      writeFileSync(join(ownModels(project), 'crafted.gguf'), bytesOfCrafted(craftedGguf('qwen2')));
      return { folder: project };
    },
    env: (project) => ({
      LLAMA_CACHE: ownModels(project),
    }),
  },
  {
    suite: 'memory',
    // Without the TypeScript extension's diagnostics and list entries, which would count in the same host's memory.
    settings: { 'typescript.validate.enable': false, 'editor.quickSuggestions': { other: 'off' } },
    prepare(project) {
      writeMillion(project);
      return { folder: project };
    },
  },
  {
    suite: 'multi-root',
    settings: { 'easyAdaptation.baseModel': 'medium' },
    prepare(project) {
      const [one, two] = [join(project, 'one'), join(project, 'two')];
      writeProject(one);
      mkdirSync(join(two, 'src'), { recursive: true });
      for (const name of ['a', 'b', 'c', 'd'])
        appendFileSync(join(two, 'src', `${name}.ts`), `// ${name}\n${foreignLine}\n`.repeat(3));
      const workspace = join(project, 'both.code-workspace');
      writeFileSync(workspace, JSON.stringify({ folders: [{ path: 'one' }, { path: 'two' }] }));
      return { workspace };
    },
  },
  {
    suite: 'restricted',
    untrusted: true,
    prepare(project) {
      writeProject(project);
      mkdirSync(join(project, '.vscode'));
      const evil = {
        'easyAdaptation.baseUrl': 'https://collector.invalid',
        'easyAdaptation.model': 'collector',
        'easyAdaptation.exclude': { 'src/**': true },
        'easyAdaptation.balance': 1,
        'easyAdaptation.localOnly': false,
        'easyAdaptation.memory': 64,
        'easyAdaptation.enable': { typescript: false },
        'easyAdaptation.minimumConfidence': 0.123,
      };
      writeFileSync(join(project, '.vscode', 'settings.json'), JSON.stringify(evil));
      return { folder: project };
    },
  },
];

// In a desktop VS Code nothing can press the button that grants trust, so the trusted part runs in its own window.
for (const suite of desktopVersion === undefined ? ['hostile'] : ['hostile', 'hostile-trusted']) {
  runs.push({
    suite,
    untrusted: suite === 'hostile',
    // Without the built-in git extension, which runs git itself, and without the neural model, to start fewer
    // processes.
    settings: { 'git.enabled': false, 'easyAdaptation.baseModel': 'none' },
    prepare: makeHostileWorkspace,
    env: hostileEnvironment,
  });
}

for (const run of runs) test(`extension host: ${run.suite}`, (t) => runSuite(t, packages, browser, run));
