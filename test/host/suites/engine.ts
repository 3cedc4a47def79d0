// The neural engine of the installed package: the extension host starts its process, which drafts, trains and ends.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { saveModel } from '../../../src/neural/models/model-folder.ts';
import { EngineClient } from '../../../src/specialist/engine/client.ts';
import { readTokenizer } from '../../../src/text/tokenizer/load.ts';
import { initialWeights, PRESETS } from '../../support/random-models.ts';
import { extensionId } from '../hands.ts';
import { type Suite, until } from '../harness.ts';

export function defineEngine(suite: Suite): void {
  suite.test('the neural engine drafts and trains in a process of its own', async () => {
    const installed = vscode.extensions.getExtension(extensionId)?.extensionPath as string;
    const folder = mkdtempSync(join(tmpdir(), 'host-engine-'));
    const engine = new EngineClient({ script: join(installed, 'dist', 'engine.cjs') });
    try {
      const tokenizer = join(installed, 'models', 'small', 'tokenizer.json');
      const read = readTokenizer(tokenizer);
      assert.ok(read.ok);
      const config = { ...PRESETS.S, layers: 2, vocabSize: read.value.vocabularySize };
      const base = join(folder, 'base');
      saveModel(base, config, initialWeights(config, 1), 'F16');
      const serving = { model: base, tokenizer, precision: 'int4', threads: 1 } as const;
      const opened = await engine.request('open', { ...serving, key: 'folder', name: 'base', changes: [] });
      assert.ok(opened.ok, JSON.stringify(opened));
      const query = { path: 'src/a.ts', languageId: 'typescript', prefix: 'const a = ', suffix: '\n' };
      const started = performance.now();
      const drafted = await engine.request('draft', {
        ...{ key: 'folder', query },
        options: { multiline: false, maxTokens: 16 },
      });
      assert.ok(drafted.ok, JSON.stringify(drafted));
      assert.equal(drafted.value.model, 'base + n-gram');
      suite.note(`neural engine in the extension host: a draft in ${(performance.now() - started).toFixed(1)} ms`);
      const losses: number[] = [];
      const adapted = await engine.request(
        'adapt',
        {
          base,
          out: join(folder, 'out'),
          examples: Array.from({ length: 4 }, (_, i) => ({
            ids: Int32Array.from({ length: 60 }, (_, j) => 10 + ((i * j) % 50)),
          })),
          batch: 1,
          length: 32,
          microBatches: 2,
          epochs: 10,
          maxSteps: 8,
          learningRate: 3e-3,
          checkpointEverySteps: 4,
          separator: 1,
          seed: 1,
          device: 'cpu',
          threads: 1,
        },
        { onProgress: (report) => report.kind === 'step' && losses.push(report.loss) },
      );
      assert.ok(adapted.ok, JSON.stringify(adapted));
      assert.equal(losses.length, 8);
      assert.ok((losses.at(-1) as number) < (losses[0] as number));
      const { pid } = engine;
      engine.dispose();
      await until('the end of the process', () => {
        try {
          return !process.kill(pid as number, 0);
        } catch {
          return true;
        }
      });
    } finally {
      engine.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
