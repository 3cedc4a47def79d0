// Lines of a GGUF model alone, by our walk with the n-grams' drafts and by llama.cpp's own greedy loop, on the same ids.
import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp';
import { unwrap } from '../../src/common/errors.ts';
import { LlamaModel } from '../../src/neural/llama/llama-model.ts';
import type { PackageInfo } from '../../src/neural/models/list.ts';
import { clean } from '../../src/prompts/completion/clean.ts';
import { judge } from '../../src/prompts/completion/judge.ts';
import { LlamaLines } from '../../src/specialist/decoding/llama-lines.ts';
import { proposeLine } from '../../src/specialist/decoding/propose-line.ts';
import { VocabularyMapping } from '../../src/specialist/decoding/vocabulary-mapping.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import type { Tokenizer } from '../../src/text/tokenizer/types.ts';
import { promptAt } from '../base/cursors.ts';
import { lineTokens } from '../common/line-figures.ts';
import { askedAt } from '../common/recordings.ts';
import type { Figures } from '../figures.ts';
import { medianOf, type OwnBase } from './lines.ts';

export async function aloneFigures(
  { manifest, vocabulary }: PackageInfo,
  { base, cursors }: OwnBase,
  threads: number,
): Promise<Figures> {
  const { path, bytes, contextLength } = manifest.gguf as NonNullable<typeof manifest.gguf>;
  const tokenizer = unwrap(readTokenizer(base.words));
  const model = await LlamaModel.load({ path, bytes, contextLength, threads, gpu: false });
  const lines = new LlamaLines(model, tokenizer, vocabulary, manifest.dialect);
  const mapping = new VocabularyMapping(tokenizer, vocabulary);
  const theirs = await greedyOf(path, threads, tokenizer);
  const prompts = cursors.map((cursor) => promptAt(cursor, 'suffix and snippets', base));
  const times: number[] = [];
  let [right, reference, same] = [0, 0, 0];
  for (const [i, { prepared, position }] of cursors.entries()) {
    const prompt = prompts[i] as number[];
    const { query } = askedAt(position);
    const opened = lines.open(prompt);
    await opened.ready();
    const began = performance.now();
    const before = { before: new Int32Array(0), healed: new Uint8Array(0), maxTokens: lineTokens };
    const ngrams = { position: prepared.ngram.positionAt(query, lineTokens), vocabulary: prepared.ngram.vocabulary };
    const { own } = ngrams.position;
    const text = await proposeLine(
      { ...ngrams, lines: opened, mapping, gate: [], rest: new Int32Array(0), restText: '' },
      {
        ...{ healed: new Uint8Array(0), lineEnds: true, maxTokens: lineTokens, expected: [] },
        before: { ...before, before: own.context.subarray(0, own.contextLength) },
      },
    );
    times.push(performance.now() - began);
    opened.close();
    const other = await theirs(prompt);
    const isRight = (line: string) => judge(clean(line, askedAt(position)), position.truth).right;
    right += Number(isRight(text ?? ''));
    reference += Number(isRight(other));
    same += Number((text ?? '') === other);
  }
  await model.dispose();
  const count = cursors.length;
  return {
    ...{ places: count, 'exact-match': right / count, 'exact-match-of-llama.cpp': reference / count },
    ...{ 'same-lines': same / count, 'greedy-line-ms': medianOf(times) },
  };
}

/** llama.cpp's own loop, up to the end of the line. */
async function greedyOf(path: string, threads: number, tokenizer: Tokenizer) {
  const llama = await getLlama({
    ...{ gpu: false, build: 'never', skipDownload: true, progressLogs: false },
    ...{ maxThreads: threads, logLevel: LlamaLogLevel.error },
  });
  const model = await llama.loadModel({ modelPath: path, gpuLayers: 0 });
  const context = await model.createContext({
    contextSize: 1024,
    batchSize: 64,
    threads: { ideal: threads, min: threads },
  });
  const sequence = context.getSequence();
  return async (prompt: readonly number[]): Promise<string> => {
    await sequence.adaptStateToTokens(prompt.slice(0, -1) as Token[], false);
    const found: number[] = [];
    const rest = prompt.slice(sequence.nextTokenIndex) as Token[];
    for await (const token of sequence.evaluate(rest, { temperature: 0 })) {
      const bytes = tokenizer.bytesOf(token);
      if (bytes.length === 0) break;
      found.push(token);
      if (bytes.includes(10) || found.length === lineTokens) break;
    }
    return (tokenizer.decode(found).split('\n')[0] as string).replace(/\r$/, '');
  };
}
