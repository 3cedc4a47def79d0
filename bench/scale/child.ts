// Measures harvest and index of one folder; prints figures as JSON. Started by main.ts.

import { quantile } from '../../src/common/quality.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { harvestFolder } from '../../src/workspace/files/folder.ts';
import { samplePositions } from '../common/sampled-positions.ts';
import { shippedTokenizer } from '../common/shipped.ts';

async function main(folder: string): Promise<void> {
  const tokenizer = shippedTokenizer();

  const started = performance.now();
  const harvested = await harvestFolder(folder, {});
  if (!harvested.ok) throw new Error(harvested.error.message);
  const { files, report } = harvested.value;
  const harvestedAt = performance.now();
  const model = NgramModel.build(files, tokenizer);
  const indexedAt = performance.now();
  const peakMb = process.resourceUsage().maxRSS / 1024;

  const bytes = model.serialize();
  const loadStarted = performance.now();
  const again = NgramModel.deserialize(bytes, tokenizer);
  if (!again.ok) throw new Error(again.error.message);
  const loadMs = performance.now() - loadStarted;

  // A file is saved: the index is right again when the next completion, in another file, can see it.
  const saved = files.toSorted((a, b) => b.text.length - a.text.length).slice(0, 40);
  const saveMs = saved.map((file) => {
    const query = { path: 'elsewhere.ts', languageId: 'typescript', prefix: 'const a =', suffix: '' };
    model.complete(query, { multiline: false, maxTokens: 1 });
    const before = performance.now();
    model.setSavedFile(file.path, `${file.text}\n// saved\n`);
    model.complete(query, { multiline: false, maxTokens: 1 });
    return performance.now() - before;
  });
  const positions = samplePositions(files, 400, 7);
  const latencies = positions.map((position) => {
    const query = { ...position, languageId: 'typescript' };
    return again.value.complete(query, { multiline: false, maxTokens: 48 }).latencyMs;
  });
  const warm = latencies.slice(100);
  const figures = {
    files: files.length,
    characters: files.reduce((sum, file) => sum + file.text.length, 0),
    tokens: report.tokens,
    'harvest-ms': harvestedAt - started,
    'index-ms': indexedAt - harvestedAt,
    'harvest-and-index-ms': indexedAt - started,
    'tokens-per-second': (model.tokenCount / (indexedAt - harvestedAt)) * 1000,
    'peak-memory-mb': peakMb,
    'snapshot-mb': bytes.length / 2 ** 20,
    'snapshot-load-ms': loadMs,
    'saved-file-p50-ms': quantile(saveMs, 0.5),
    'saved-file-p95-ms': quantile(saveMs, 0.95),
    'latency-p50-ms': quantile(warm, 0.5),
    'latency-p95-ms': quantile(warm, 0.95),
  };
  process.stdout.write(JSON.stringify(figures));
}

main(process.argv[2] as string).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
