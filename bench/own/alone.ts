// Lines of a GGUF model alone, by our walk with the n-grams' drafts and by llama.cpp's own greedy loop, on the same ids;
// and llama.cpp's own lines by the length of the prompt.
import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp';
import { unwrap } from '../../src/common/errors.ts';
import { physicalCores } from '../../src/common/threads.ts';
import { LlamaModel } from '../../src/neural/llama/llama-model.ts';
import type { PackageInfo } from '../../src/neural/models/list.ts';
import { clean } from '../../src/prompts/completion/clean.ts';
import { matchesTruth } from '../../src/prompts/completion/judge.ts';
import { LONG_PROMPT_SNIPPETS, longPromptLimitsFor, PromptForm } from '../../src/prompts/completion/prompt-form.ts';
import { LlamaScores } from '../../src/specialist/decoding/llama-scores.ts';
import { proposeLine } from '../../src/specialist/decoding/propose-line.ts';
import { VocabularyMapping } from '../../src/specialist/decoding/vocabulary-mapping.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import type { Tokenizer } from '../../src/text/tokenizer/types.ts';
import { promptAt, queryAt } from '../base/cursors.ts';
import { lineTokens } from '../common/line-figures.ts';
import { askedAt, type RecordedPosition } from '../common/recordings.ts';
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
  const scores = new LlamaScores(model, tokenizer, vocabulary, manifest.dialect);
  const mapping = new VocabularyMapping(tokenizer, vocabulary);
  const theirs = await greedyOf(path, threads, tokenizer);
  const prompts = cursors.map((cursor) => promptAt(cursor, 'suffix and snippets', base));
  const times: number[] = [];
  let [right, reference, same] = [0, 0, 0];
  for (const [i, { prepared, position: recorded }] of cursors.entries()) {
    const prompt = prompts[i] as number[];
    const { query } = askedAt(recorded);
    const opened = scores.open(prompt);
    await opened.ready();
    const began = performance.now();
    const position = prepared.ngram.positionAt(query, lineTokens);
    const site = { query, maxTokens: lineTokens, ngram: prepared.ngram, position, rest: '' };
    const text = await proposeLine({ ...site, prompt: opened, mapping }, []);
    times.push(performance.now() - began);
    opened.close();
    const other = await theirs(prompt);
    right += Number(isRight(text ?? '', recorded));
    reference += Number(isRight(other, recorded));
    same += Number((text ?? '') === other);
  }
  await model.dispose();
  const count = cursors.length;
  return {
    ...{ places: count, 'exact-match': right / count, 'exact-match-of-llama.cpp': reference / count },
    ...{ 'same-lines': same / count, 'greedy-line-ms': medianOf(times) },
  };
}

/** llama.cpp's own lines at standard and at long prompts. */
export async function promptFigures({ manifest }: PackageInfo, { base, cursors }: OwnBase): Promise<Figures> {
  const { path, contextLength } = manifest.gguf as NonNullable<typeof manifest.gguf>;
  const long = longPromptLimitsFor(contextLength);
  if (!long) throw new Error(`The model's context of ${contextLength} tokens is too short for long prompts.`);
  const tokenizer = unwrap(readTokenizer(base.words));
  const lineOf = await greedyOf(path, physicalCores(), tokenizer);
  const longForm = new PromptForm(tokenizer, long, manifest.dialect);
  const tokens = { standard: 0, long: 0 };
  const right = { both: 0, standard: 0, long: 0 };
  for (const cursor of cursors) {
    const { prepared, position } = cursor;
    const standardPrompt = promptAt(cursor, 'suffix and snippets', base);
    const snippets = prepared.ngram.snippets(queryAt(position), LONG_PROMPT_SNIPPETS);
    const longPrompt = longForm.prompt(position, snippets);
    tokens.standard += standardPrompt.length;
    tokens.long += longPrompt.length;
    const isStandardRight = isRight(await lineOf(standardPrompt), position);
    const isLongRight = isRight(await lineOf(longPrompt), position);
    right.both += Number(isStandardRight && isLongRight);
    right.standard += Number(isStandardRight && !isLongRight);
    right.long += Number(isLongRight && !isStandardRight);
  }
  const count = cursors.length;
  return {
    places: count,
    ...{ 'exact-match': (right.both + right.standard) / count, 'prompt-tokens': Math.round(tokens.standard / count) },
    'exact-match-of-long-prompts': (right.both + right.long) / count,
    ...{ 'long-prompt-tokens': Math.round(tokens.long / count) },
    ...{ 'right-only-by-standard': right.standard, 'right-only-by-long': right.long },
  };
}

function isRight(line: string, position: RecordedPosition): boolean {
  return matchesTruth(clean(line, askedAt(position)), position.truth);
}

/** llama.cpp's own loop, up to the end of the line. */
async function greedyOf(path: string, threads: number, tokenizer: Tokenizer) {
  const llama = await getLlama({
    ...{ gpu: false, build: 'never', skipDownload: true, progressLogs: false },
    ...{ maxThreads: threads, logLevel: LlamaLogLevel.error },
  });
  const model = await llama.loadModel({ modelPath: path, gpuLayers: 0 });
  const context = await model.createContext({
    contextSize: 2048,
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
