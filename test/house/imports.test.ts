// The layer rules: the source keeps them, the map in ARCHITECTURE.md has their order, and an import that breaks one is
// found.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { importsOf, readSources } from '../../build/imports.ts';
import { layers, violations } from '../../build/layers.ts';
import { root } from '../../build/paths.ts';

test('no import of src/ breaks a rule, and no folders form a circle', () => {
  assert.deepEqual(violations(readSources('src/**/*.ts')), []);
});

test('the rules name what stands at the top of src/, and the map has it in their order', () => {
  assert.deepEqual([...layers].sort(), readdirSync(join(root, 'src')).sort());
  const map = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').split('\n## Map\n')[1]?.split('\n## ')[0] ?? '';
  const rows = [...map.matchAll(/^\| `([\w-]+(?:\.ts)?)\/?` \|/gm)].map(([, name]) => name);
  assert.deepEqual(rows, layers);
});

/** A file and what it imports -> what is said of it. */
const refused: readonly [path: string, line: string, says: RegExp][] = [
  [
    'src/text/lines.ts',
    "import { a } from '../workspace/files/a.ts';",
    /only itself and those before it: common, text/,
  ],
  ['src/prompts/commit/a.ts', "import type { A } from '../../completion/a.ts';", /only itself and those before it/],
  ['src/jobs/a.ts', "export * from '../extension.ts';", /only itself and those before it/],
  ['src/elsewhere/a.ts', "import { a } from '../common/a.ts';", /only itself and those before it/],
  ['src/jobs/a.ts', "const a = await import('../elsewhere/a.ts');", /only itself and those before it/],
  ['src/jobs/a.ts', "import { a } from '../../bench/a.ts';", /no file outside/],
  ['src/vscode/webview/a.ts', "import { a } from '../../common/files.ts';", /runs in a browser/],
  ['src/vscode/webview/a.ts', "import fs from 'node:fs';", /runs in a browser/],
  ['src/vscode/webview/a.ts', "import * as vscode from 'vscode';", /runs in a browser/],
  ['src/vscode/webview/a.ts', "import type { Uri } from 'vscode';", /runs in a browser/],
  ['src/vscode/panel/a.ts', "import { a } from '../webview/main.ts';", /only the protocols and wording\.ts/],
  ['src/extension.ts', "import './vscode/webview/main.ts';", /only the protocols and wording\.ts/],
  ['src/adapt/a.ts', "import { a } from '../workspace/secrets/find.ts';", /only secrets\.ts is imported/],
  ['src/workspace/files/a.ts', "import type { A } from '../secrets/known-values.ts';", /only secrets\.ts is imported/],
  ['src/suggest/a.ts', "import type { Uri } from 'vscode';", /only src\/vscode\/ and src\/extension\.ts/],
  ['src/neural/inference/a.ts', "import * as ort from 'onnxruntime-node';", /only src\/neural\/runtime\//],
  ['src/neural/models/a.ts', "const llama = await import('node-llama-cpp');", /only src\/neural\/llama\//],
  ['src/neural/models/a.ts', "import { gguf } from '@huggingface/gguf';", /only src\/neural\/models\/import\//],
  ['src/text/a.ts', "const { Parser } = require('@vscode/tree-sitter-wasm');", /only src\/text\/syntax\//],
  ['src/llm/a.ts', "import Anthropic from '@anthropic-ai/sdk/index.js';", /only src\/llm\/providers\//],
  ['src/llm/a.ts', "export { createParser } from 'eventsource-parser';", /only src\/llm\/providers\//],
];

for (const [path, line, says] of refused)
  test(`${path} may not have: ${line}`, () => {
    const found = violations({ [path]: `${line}\n` });
    const holds = found.some((each) => each.startsWith(`${path} imports `) && says.test(each));
    assert.ok(holds, found.join('\n') || 'nothing was found');
  });

test('accepts imports of lower folders, of the own folder, of packages by their owners, and of protocols', () => {
  const accepted = {
    'src/text/a.ts': "import { a } from '../common/a.ts';",
    'src/prompts/commit/a.ts': "import { a } from '../completion/a.ts';\nimport { b } from '../../llm/protocol/b.ts';",
    'src/vscode/panel/a.ts': "import * as vscode from 'vscode';\nimport { a } from '../webview/table-protocol.ts';",
    'src/vscode/webview/a.ts': "import * as v from 'valibot';\nimport { a } from '../../common/schemas.ts';",
    'src/extension.ts': "import vscode from 'vscode';\nimport { a } from './vscode/a.ts';\nimport fs from 'node:fs';",
  };
  assert.deepEqual(violations(accepted), []);
});

test('a circle of folders is found though no file is in one, and imports of types close it', () => {
  const found = violations({
    'src/neural/onnx/a.ts': "import type { b } from '../models/b.ts';",
    'src/neural/models/b.ts': "import { c } from '../training/c.ts';",
    'src/neural/training/d.ts': "import { e } from '../onnx/e.ts';",
  });
  assert.deepEqual(found, [
    'src/neural/onnx -> src/neural/models -> src/neural/training -> src/neural/onnx: folders form no circle',
  ]);
});

test('an import of types is told from others, also over several lines and behind a quote in a comment', () => {
  const text = `import type {\n  A,\n} from './a.ts';\nimport { b, // it's b\n} from './b.ts';\nexport type * from '@x/y/z';\n`;
  assert.deepEqual(importsOf('src/text/c.ts', text), [
    { to: 'src/text/a.ts', isType: true },
    { to: 'src/text/b.ts', isType: false },
    { to: '@x/y', isType: true },
  ]);
});
