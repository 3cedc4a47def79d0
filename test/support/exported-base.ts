// A base as a GGUF file: what an export writes beside an adapter that changes nothing.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '../../src/common/errors.ts';
import { initialAdapters, loraFor } from '../../src/neural/architecture/lora.ts';
import { exportModel } from '../../src/neural/models/export/export.ts';
import { loadModel, saveAdapter } from '../../src/neural/models/model-folder.ts';
import { writeAdaptedManifest } from '../../src/neural/training/adapt-base.ts';

/** @returns path of the file, in `into` */
export function exportedBase(base: string, tokenizer: string, into: string): string {
  const { config } = loadModel(base);
  const lora = loraFor(config);
  const model = join(into, 'unchanged');
  saveAdapter(model, config, { lora, weights: initialAdapters(config, lora, 1) }, 'F16');
  writeAdaptedManifest(model, { base, tokenizer });
  unwrap(exportModel({ model, base, tokenizer, into }));
  rmSync(model, { recursive: true });
  return join(into, 'base.gguf');
}
