// Discovering models in the folders of other programs.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { discoverModels } from '../../../../src/neural/models/import/discover-models.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { bytesOfCrafted, craftedGguf } from './crafted-models.ts';

const folder = temporaryFolder();
const never = new AbortController().signal;
const at = (...parts: string[]) => join(folder, ...parts);

before(() => {
  writeFileSync(at('theirs.gguf'), bytesOfCrafted(craftedGguf('qwen2')));
});

test("models are discovered in other programs' folders, with the reason if one cannot be added", async () => {
  const home = at('home');
  const put = (from: string, ...to: string[]) => {
    mkdirSync(join(home, ...to, '..'), { recursive: true });
    copyFileSync(from, join(home, ...to));
  };
  const text = (content: string, ...to: string[]) => {
    mkdirSync(join(home, ...to, '..'), { recursive: true });
    writeFileSync(join(home, ...to), content);
  };
  const [model, licence] = ['a'.repeat(64), 'b'.repeat(64)];
  const blobs = ['.ollama', 'models', 'blobs'];
  put(at('theirs.gguf'), ...blobs, `sha256-${model}`);
  text('\nApache License 2.0\nmore', ...blobs, `sha256-${licence}`);
  const layer = (kind: string, digest: string) => ({ mediaType: `application/vnd.ollama.image.${kind}`, digest });
  const manifest = (...layers: object[]) => JSON.stringify({ layers });
  const registry = ['.ollama', 'models', 'manifests', 'registry.ollama.ai', 'library'];
  text(
    manifest(layer('model', `sha256:${model}`), layer('license', `sha256:${licence}`)),
    ...registry,
    'crafted',
    '1b',
  );
  text(manifest(layer('model', 'sha256:../../../../theirs.gguf')), ...registry, 'crafted', 'elsewhere');
  put(at('theirs.gguf'), '.lmstudio', 'models', 'crafted', 'third', 'third.gguf');
  text('no model', '.cache', 'llama.cpp', 'broken.gguf');
  const hub = ['.cache', 'huggingface', 'hub', 'models--crafted--tiny'];
  put(at('theirs.gguf'), ...hub, 'blobs', 'abc');
  mkdirSync(join(home, ...hub, 'snapshots', '1'), { recursive: true });
  symlinkSync(join(home, ...hub, 'blobs', 'abc'), join(home, ...hub, 'snapshots', '1', 'tiny.gguf'));
  const found = await discoverModels(never, { environment: {}, home });
  const rows = found.map(({ where, name, problem }) => [where, name, problem === undefined]);
  assert.deepEqual(rows.sort(), [
    ["Hugging Face's cache", 'tiny', true],
    ['LM Studio', 'third', true],
    ['Ollama', 'crafted-1b', true],
    ["llama.cpp's cache", 'broken', false],
  ]);
  const [tiny] = found.filter(({ name }) => name === 'tiny');
  assert.ok((tiny?.bytes ?? 0) > 0 && tiny?.licence === 'apache-2.0' && (tiny.parameters ?? 0) > 1e5);
});
