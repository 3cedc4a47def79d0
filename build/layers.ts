// The layer rules of ARCHITECTURE.md: who may import whom in src/. `npm run lint` and test/house/ apply them.
//
//   node build/run.mjs build/layers.ts     prints each import that breaks a rule
import { posix } from 'node:path';
import { importsOf, readSources, type Sources } from './imports.ts';

/** What stands at the top of src/, from the bottom of the house upward. */
export const layers: readonly string[] = [
  'common',
  'text',
  'workspace',
  'neural',
  'llm',
  'prompts',
  'routing',
  // Above routing, which decides on edits; below the local model, whose worker runs their rules and their checks.
  'edits',
  'specialist',
  'storage',
  'suggest',
  'adapt',
  'text-tasks',
  'jobs',
  'vscode',
  'extension.ts',
];

/** Package -> where in src/ it may be imported. */
const owners: Readonly<Record<string, readonly string[]>> = {
  '@vscode/tree-sitter-wasm': ['text/syntax/'],
  'onnxruntime-node': ['neural/runtime/'],
  'node-llama-cpp': ['neural/llama/'],
  '@huggingface/gguf': ['neural/models/import/'],
  '@huggingface/tokenizers': ['neural/inference/'],
  '@anthropic-ai/sdk': ['llm/providers/'],
  'eventsource-parser': ['llm/providers/'],
  vscode: ['vscode/', 'extension.ts'],
};

interface Rule {
  readonly says: string;
  /** @param to a path from the top, or a package */
  forbids(from: string, to: string, isType: boolean): boolean;
}

const webview = 'src/vscode/webview/';
const secrets = 'src/workspace/secrets/';
/** Its place in `layers`; -1 if it has none. */
const layerOf = (path: string) => layers.indexOf(path.split('/')[1] ?? '');
const isFile = (to: string) => to.endsWith('.ts');

const rules: readonly Rule[] = [
  {
    says: `a folder of src/ imports only itself and those before it: ${layers.join(', ')}`,
    forbids: (from, to) => to.startsWith('src/') && (layerOf(to) < 0 || layerOf(to) > layerOf(from)),
  },
  {
    says: 'src/ imports no file outside it',
    forbids: (_, to) => isFile(to) && !to.startsWith('src/'),
  },
  {
    says: `${webview} runs in a browser: it imports only itself, src/common/schemas.ts, valibot, and types of src/`,
    forbids: (from, to, isType) =>
      from.startsWith(webview) &&
      !to.startsWith(webview) &&
      !['src/common/schemas.ts', 'valibot'].includes(to) &&
      !(isType && isFile(to)),
  },
  {
    says: `only the protocols and wording.ts are imported from ${webview}`,
    forbids: (from, to) => !from.startsWith(webview) && to.startsWith(webview) && !/(?:protocol|wording)\.ts$/.test(to),
  },
  {
    says: `only secrets.ts is imported from ${secrets}`,
    forbids: (from, to) => !from.startsWith(secrets) && to.startsWith(secrets) && to !== `${secrets}secrets.ts`,
  },
  ...Object.entries(owners).map(([name, folders]) => ({
    says: `only ${folders.map((folder) => `src/${folder}`).join(' and ')} may import ${name}`,
    forbids: (from: string, to: string) => to === name && !folders.some((folder) => from.startsWith(`src/${folder}`)),
  })),
];

/** Folders that import each other through others, as a path that ends where it begins. */
function circles(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (folder: string, path: readonly string[]): void => {
    if (path.includes(folder)) found.push([...path.slice(path.indexOf(folder)), folder].join(' -> '));
    else if (!done.has(folder)) for (const other of edges.get(folder) ?? []) visit(other, [...path, folder]);
    done.add(folder);
  };
  for (const folder of edges.keys()) visit(folder, []);
  return found;
}

/** Imports that break a rule, and circles of folders, each as a line that names the rule. Imports of types count. */
export function violations(sources: Sources): string[] {
  const edges = new Map<string, Set<string>>();
  const found = Object.entries(sources).flatMap(([from, text]) =>
    importsOf(from, text).flatMap(({ to, isType }) => {
      const [folder, other] = [posix.dirname(from), posix.dirname(to)];
      if (isFile(to) && folder !== other) edges.set(folder, (edges.get(folder) ?? new Set()).add(other));
      return rules.filter((rule) => rule.forbids(from, to, isType)).map(({ says }) => `${from} imports ${to}: ${says}`);
    }),
  );
  return [...found, ...circles(edges).map((path) => `${path}: folders form no circle`)];
}

if (import.meta.main) {
  const found = violations(readSources('src/**/*.ts'));
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
}
