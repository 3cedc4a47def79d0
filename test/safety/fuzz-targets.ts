// The fuzzer's targets: every loader of a file that may be damaged or come from another program.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Failure, Result } from '../../src/common/errors.ts';
import type { ModelConfig } from '../../src/neural/architecture/parameters.ts';
import { loadModel } from '../../src/neural/models/model-folder.ts';
import { readSafetensors, writeSafetensors } from '../../src/neural/models/safetensors.ts';
import { resumableCheckpoint, trainingStatusOf } from '../../src/neural/training/checkpoint.ts';
import { defaultRouter } from '../../src/routing/fit.ts';
import { parseRouter } from '../../src/routing/router-model.ts';
import { MIXTURE_FILE } from '../../src/specialist/decoding/mix-source.ts';
import { initialMixWeights, mixWeightsFrom, readMixWeights } from '../../src/specialist/decoding/mix-weights.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { loadTokenizer, readTokenizer } from '../../src/text/tokenizer/load.ts';
import { writeConfig } from '../support/config-json.ts';
import { initialWeights, PRESETS, saveValues } from '../support/random-models.ts';
import { trainTokenizer } from '../text/tokenizer/fixture.ts';
import type { Random } from './corpus-random.ts';
import { mutateBytes, mutateJson, mutateJsonText } from './fuzz-mutate.ts';

/** The result of an input: used, or refused with an error message. */
export type Ending = 'used' | Failure;

export interface Target {
  readonly name: string;
  /** Loads one damaged input. Throws what the loader throws. */
  readonly try: (random: Random) => Ending | Promise<Ending>;
}

const text = `import { read } from './read.ts';\n\nexport function load(path: string): string {\n  return read(path);\n}\n`;
const ending = <T>(result: Result<T>): Ending => (result.ok ? 'used' : result.error);

export const config: ModelConfig = {
  ...PRESETS.S,
  vocabSize: 24,
  hiddenSize: 8,
  intermediateSize: 16,
  layers: 1,
  heads: 2,
  keyValueHeads: 1,
  headDim: 4,
};

/** @param folder for the files that loaders read */
export function targets(folder: string): readonly Target[] {
  const tokenizerJson = trainTokenizer(text.repeat(3), 300);
  const loaded = loadTokenizer(tokenizerJson);
  if (!loaded.ok) throw new Error(loaded.error.message);
  const tokenizer = loaded.value;
  const files = [1, 2, 3].map((n) => ({ path: `src/${n}.ts`, text: text.replaceAll('load', `load${n}`) }));
  const snapshot = NgramModel.build(files, tokenizer).serialize();
  const configJson = JSON.parse(writeConfig(config, 'float32')) as unknown;
  const weights = initialWeights(config, 1);
  const tensors = [...weights].map(([name, data]) => [name, { shape: [data.length], data }] as const);
  const sum = tensors.reduce((crc, [, { data }]) => crc32(Buffer.from(data.buffer), crc), 0);
  const progress = '{"plan":{"totalSteps":9},"seconds":1,"validations":[]}';
  const sizes = new Map(tensors.map(([name, { data }]) => [name, data.length]));
  const checkpoint = { step: '7', identity: 'id', progress, crc32: String(sum) };
  const safetensors = Buffer.concat([...writeSafetensors(tensors, 'F32', checkpoint)]);

  const golden = join(import.meta.dirname, '../golden/packed');
  const packed = {
    config: readFileSync(join(golden, 'config.json'), 'utf8'),
    weights: readFileSync(join(golden, 'model.safetensors')),
  };

  const at = (name: string) => join(folder, name);
  const modelFolder = at('model');
  mkdirSync(modelFolder, { recursive: true });
  const tokenizerPath = at('tokenizer.json');

  return [
    {
      name: 'safetensors',
      try: (random) => {
        readSafetensors(random.chance(0.7) ? withHeader(safetensors, random) : mutateBytes(safetensors, random));
        return 'used';
      },
    },
    {
      name: 'model folder',
      try: (random) => {
        saveValues(modelFolder, config, weights, 'F32');
        if (random.chance(0.6)) writeFileSync(join(modelFolder, 'config.json'), mutateJsonText(configJson, random));
        else writeFileSync(join(modelFolder, 'model.safetensors'), withHeader(safetensors, random));
        loadModel(modelFolder);
        return 'used';
      },
    },
    {
      name: 'packed model folder',
      try: (random) => {
        const json = random.chance(0.3) ? mutateJsonText(JSON.parse(packed.config), random) : packed.config;
        writeFileSync(join(modelFolder, 'config.json'), json);
        const weights_ = random.chance(0.7) ? withHeader(packed.weights, random) : mutateBytes(packed.weights, random);
        writeFileSync(join(modelFolder, 'model.safetensors'), weights_);
        loadModel(modelFolder);
        return 'used';
      },
    },
    {
      name: 'tokenizer.json',
      try: (random) => {
        writeFileSync(tokenizerPath, mutateJsonText(tokenizerJson, random));
        const read = readTokenizer(tokenizerPath);
        if (read.ok) read.value.decode(read.value.encode(text));
        return ending(read);
      },
    },
    {
      name: 'mixture',
      try: (random) => {
        writeFileSync(join(modelFolder, MIXTURE_FILE), mutateJsonText(initialMixWeights(), random));
        const { gate, ranking } = readMixWeights([modelFolder]);
        mixWeightsFrom(mutateJson(initialMixWeights(), random));
        if (![...gate, ...ranking].every((value) => Math.abs(value) < 1e6)) throw new Error('weights that overflow');
        return 'used';
      },
    },
    {
      name: 'snapshot',
      try: (random) => {
        const read = NgramModel.deserialize(mutateBytes(snapshot, random), tokenizer);
        if (read.ok) use(read.value);
        return ending(read);
      },
    },
    {
      name: 'checkpoint',
      try: (random) => {
        writeFileSync(
          at('checkpoint.safetensors'),
          random.chance(0.7) ? withHeader(safetensors, random) : mutateBytes(safetensors, random),
        );
        trainingStatusOf(folder);
        resumableCheckpoint({ out: folder, identity: 'id' }, sizes);
        return 'used';
      },
    },
    {
      name: 'router',
      try: (random) => ending(parseRouter(mutateJson(JSON.parse(JSON.stringify(defaultRouter())), random))),
    },
  ];
}

/** Uses a loaded model as the specialist does. */
function use(model: NgramModel): void {
  const query = { path: 'src/new.ts', languageId: 'typescript', prefix: text.slice(0, 60), suffix: '\n}\n' };
  model.complete(query, { multiline: true, maxTokens: 12 });
  model.snippets(query, { maxSnippets: 2, maxCharacters: 500 });
  model.setOpenFile('src/1.ts', text);
  model.complete({ ...query, path: 'src/1.ts' }, { multiline: false, maxTokens: 12 });
  model.rebuilt();
}

/** A safetensors file with a damaged header over the same tensors. */
function withHeader(file: Uint8Array, random: Random): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as unknown;
  const text_ = mutateJsonText(header, random);
  const start = new Uint8Array(8);
  new DataView(start.buffer).setBigUint64(0, BigInt(text_.length), true);
  return Buffer.concat([start, text_, file.subarray(8 + length)]);
}
