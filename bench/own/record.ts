// Records what a GGUF model writes at the recorded cursors: a second large model, weaker than the first. Resumable.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { shuffled } from '../../src/common/statistics/random.ts';
import { infillOf } from '../../src/llm/protocol/infill.ts';
import { tokenInfill } from '../../src/llm/providers/openai.ts';
import { infillText } from '../../src/prompts/completion/infill-text.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { headOf } from '../../src/text/windows.ts';
import { askedAt, type Kind, type RecordedPosition, readRecordings, recordedFile } from '../common/recordings.ts';
import { shippedTokenizer } from '../common/shipped.ts';
import type { Figures } from '../figures.ts';

/** Shown of a place, UTF-16 units: a server with a context of 2,048 tokens takes no more. */
const BEFORE = 1600;
const AFTER = 500;
const SNIPPETS = { maxSnippets: 2, maxCharacters: 800 };
const MAX_TOKENS = 48;
const SEED = 1;

/**
 * Appends to files in the form of bench/data, from which `--recordings` reads. The renamed package comes first, then
 * the others in turn, in a seeded order.
 * @param into a folder; cursors that its files hold are not asked again
 */
export async function record(path: string, into: string): Promise<Figures> {
  const infill = infillOf(basename(path), tokenInfill);
  if (infill === undefined) throw new Error(`The form of prompt of ${basename(path)} is not known by its name.`);
  const llama = await getLlama({
    ...{ gpu: false, build: 'never', skipDownload: true, progressLogs: false },
    ...{ maxThreads: 1, logLevel: LlamaLogLevel.error },
  });
  const model = await llama.loadModel({ modelPath: path, gpuLayers: 0 });
  const context = await model.createContext({ contextSize: 2048, batchSize: 512, threads: { ideal: 1, min: 1 } });
  const sequence = context.getSequence();
  const answer = async (text: string, stops: readonly string[]): Promise<string> => {
    await sequence.clearHistory();
    const found = [];
    let written = '';
    for await (const token of sequence.evaluate(model.tokenize(text, true), { temperature: 0, yieldEogToken: true })) {
      if (model.isEogToken(token)) break;
      found.push(token);
      written = model.detokenize(found, true);
      if (written.includes('\n') || stops.some((stop) => written.includes(stop)) || found.length === MAX_TOKENS) break;
    }
    return ['\n', ...stops].reduce((kept, stop) => kept.split(stop)[0] as string, written);
  };
  let [asked, right] = [0, 0];
  for (const { row, file, position, ngram } of cursorsIn(into)) {
    const { path: name, prefix, suffix } = position;
    const snippets = ngram.snippets(askedAt(position).query, SNIPPETS);
    const at = { path: name, prefix: prefix.slice(-BEFORE), suffix: headOf(suffix, AFTER) };
    const { prompt, stop } = infillText(infill, at, snippets);
    const completion = await answer(prompt, stop);
    appendFileSync(file, `${JSON.stringify({ ...row, completion })}\n`);
    asked++;
    right += Number(completion.trim() === position.truth.trim());
    console.log(`${asked} ${basename(file)} ${(right / asked).toFixed(3)}`);
  }
  return { asked, 'exact-match': asked === 0 ? 0 : right / asked };
}

interface Cursor {
  readonly row: object;
  readonly file: string;
  readonly position: RecordedPosition;
  readonly ngram: NgramModel;
}

function cursorsIn(into: string): Cursor[] {
  const kinds: readonly Kind[] = ['renamed', 'public'];
  return kinds.flatMap((kind) => {
    const packages = readRecordings(undefined, [kind]).map((recording) => {
      const file = join(into, recordedFile(recording));
      mkdirSync(join(file, '..'), { recursive: true });
      const known = new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n').map(cursorOf) : []);
      const ngram = NgramModel.build(recording.others, shippedTokenizer());
      const { places, rows } = recording;
      return shuffled(places.length, SEED)
        .map((i) => ({ row: rows[i] as object, position: places[i] as RecordedPosition, file, ngram }))
        .filter(({ row }) => !known.has(cursorOf(JSON.stringify(row))));
    });
    const longest = Math.max(...packages.map((cursors) => cursors.length));
    return Array.from({ length: longest }, (_, i) => packages.flatMap((cursors) => cursors[i] ?? [])).flat();
  });
}

function cursorOf(line: string): string {
  if (line === '') return '';
  const { file, offset } = JSON.parse(line) as { readonly file: string; readonly offset: number };
  return `${file}:${offset}`;
}
