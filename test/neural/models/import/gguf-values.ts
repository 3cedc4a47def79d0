// A GGUF's weights in full precision, as our readers see them.
import type { Model } from '../../../../src/neural/architecture/decoder-values.ts';
import { elements, parameterSpecs } from '../../../../src/neural/architecture/parameters.ts';
import { type ModelSource, RowReader, type TensorLocation } from '../../../../src/neural/models/import/source.ts';

export async function ggufValues(source: ModelSource): Promise<Model> {
  const { config, locations, files } = source;
  const reader = await RowReader.open(files);
  const weights = new Map<string, Float32Array>();
  for (const { name, shape } of parameterSpecs(config)) {
    const location = locations.get(name) as TensorLocation;
    const values = new Float32Array(elements(shape));
    await reader.read(location, 0, location.rows, values);
    weights.set(name, values);
  }
  await reader.close();
  return { config, weights };
}
