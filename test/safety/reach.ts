// Where planted secrets could reach: the product's own paths run over a folder, and every text that they keep or send.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root as repository } from '../../build/paths.ts';
import type { CompletionQuery, Draft, Specialist } from '../../src/common/completion.ts';
import type { Log } from '../../src/common/log.ts';
import { maskedRequest } from '../../src/complete/prompt.ts';
import { adapt } from '../../src/distil/run.ts';
import { samplesOf } from '../../src/distil/samples.ts';
import { readTokenizer, snapshotName } from '../../src/distil/snapshot.ts';
import { harvestFolder } from '../../src/harvest/folder.ts';
import { languageIdOf } from '../../src/harvest/languages.ts';
import { Activity } from '../../src/host/activity.ts';
import { Recorder } from '../../src/host/recorder.ts';
import { SessionSecrets } from '../../src/host/secrets.ts';
import { NgramModel } from '../../src/ngram/model.ts';
import { readSnapshot } from '../../src/ngram/snapshot.ts';
import { openStore } from '../../src/store/open.ts';
import { modelFacts } from '../../src/teacher/models.ts';
import { buildPrompt } from '../../src/teacher/prompt.ts';
import { RecordingTeacher } from '../../src/teacher/recording.ts';
import type { TeacherRequest } from '../../src/teacher/types.ts';
import type { Tokenizer } from '../../src/tokenizer/types.ts';
import { ScriptedTeacher } from '../fakes/teacher.ts';
import type { Corpus, Planted } from './corpus-types.ts';

export const stages = ['harvest', 'snapshot', 'samples', 'prompt', 'hint', 'path', 'store', 'log'] as const;
export type Stage = (typeof stages)[number];

/** Hands every text that is kept or sent to `see`. */
export type See = (stage: Stage, text: string) => void;

export interface Reached {
  /** Files of the corpus, and how many of them were read; the others were left out by the rules of the harvest. */
  readonly files: number;
  readonly read: number;
  readonly prompts: number;
  readonly hints: number;
}

const tokenizerPath = join(repository, 'models/base/tokenizer.json');
const teacherModel = 'claude-haiku-5-5';
const never = new AbortController().signal;

export function plant({ files }: Corpus, root: string): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Runs the product over the planted folder, n-grams alone. @param storage an empty folder for all that it keeps */
export async function runProduct(corpus: Corpus, root: string, storage: string, see: See): Promise<Reached> {
  const loaded = await readTokenizer(tokenizerPath);
  if (!loaded.ok) throw new Error(loaded.error.message);
  const tokenizer = loaded.value;
  const log = logTo((text) => see('log', text));

  const harvested = await harvestFolder(root, { trusted: false }, { tokenizer, log });
  if (!harvested.ok) throw new Error(harvested.error.message);
  const { files, report, secrets } = harvested.value;
  for (const { path, text } of files) {
    see('harvest', text);
    see('path', path);
  }
  for (const example of Object.values(report.leftOutExamples).flat()) see('path', example);

  const index = NgramModel.build(files, tokenizer);
  seeSnapshot(index.serialize(), tokenizer, see);
  const snippets = (query: CompletionQuery) => index.snippets(query, { maxSnippets: 4, maxCharacters: 2400 });
  for (const { ids } of samplesOf(files, tokenizer, { length: 512, seed: 1, snippets }))
    see('samples', tokenizer.decode(ids));

  await adaptOver(root, storage, log, see);
  const mask = new SessionSecrets(true);
  await mask.add(secrets.all);
  const asked = await completeEverywhere(corpus, index, mask, storage, log, see);
  for (const entry of readdirSync(storage, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    if (entry.name === snapshotName) seeSnapshot(readFileSync(path), tokenizer, see, 'store');
    else see('store', readFileSync(path, 'latin1'));
  }
  return { files: Object.keys(corpus.files).length, read: files.length, ...asked };
}

function logTo(say: (text: string) => void): Log {
  const line = (message: string, error?: unknown) => say(`${message} ${error instanceof Error ? error.stack : error}`);
  return { debug: line, info: line, warn: line, error: line };
}

/** What a stored index says: its files, token by token, and their names. */
function seeSnapshot(bytes: Uint8Array, tokenizer: Tokenizer, see: See, stage: Stage = 'snapshot'): void {
  const read = readSnapshot(bytes);
  if (!read.ok) throw new Error(read.error.message);
  const { paths, starts, tokens } = read.value.arrays;
  paths.forEach((path, file) => {
    see('path', path);
    see(stage, tokenizer.decode(tokens.subarray(starts[file], (starts[file + 1] as number) - 1)));
  });
}

/** An adaptation with a large model that is asked about held-out places. */
async function adaptOver(root: string, storage: string, log: Log, see: See): Promise<void> {
  const { store } = openStore(storage, { log });
  const scripted = new ScriptedTeacher((request) => {
    seeRequest(request, see);
    return 'return total;';
  }, teacherModel);
  const outcome = await adapt(
    {
      root,
      storeFolder: storage,
      specialistFolder: join(storage, 'specialists'),
      tokenizerPath,
      harvest: { trusted: false },
      effort: 'adapt',
      balance: 0.5,
      api: { settings: { apiKey: '', model: teacherModel, timeoutMs: 1000 }, places: 40, budgetUsd: 1 },
    },
    {
      teacher: new RecordingTeacher(scripted, store, { purpose: 'labelling', folder: root, log }),
      confirm: async () => true,
      record: (run) => store.recordAdaptation(root, run),
      progress: ({ stage, detail }) => see('log', `${stage} ${detail ?? ''}`),
      signal: never,
      log,
    },
  );
  store.close();
  if (!outcome.ok) throw new Error(outcome.error.message);
  see('log', JSON.stringify(outcome.value.report));
}

/**
 * At two cursors for each planted value: behind its line in its own file, and where the same is being written in a new file
 * while its own is open, up to the value: the draft that goes along as a hint then is the value, if the models know it.
 */
async function completeEverywhere(
  { files, planted }: Corpus,
  index: NgramModel,
  mask: SessionSecrets,
  storage: string,
  log: Log,
  see: See,
): Promise<{ prompts: number; hints: number }> {
  const specialist = specialistOf(index);
  const { store } = openStore(storage, { log });
  const recorder = new Recorder({
    activity: new Activity(),
    problems: { report() {}, clear() {} } as never,
    store: () => store,
    clock: { now: () => 0 } as never,
    log,
    onAccepted: () => {},
  });
  const folder = { storeName: 'planted', label: '', documentAt: (path: string) => path, mask };
  let [prompts, hints] = [0, 0];
  for (const [number, item] of planted.entries()) {
    const { path } = item;
    const text = files[path] ?? '';
    const name = await mask.path(path);
    index.setOpenFile(name, (await mask.learnOpen(path, text)).text);
    for (const query of cursors(item, text, number)) {
      const hint: Draft = index.complete(query, { multiline: false, maxTokens: 64 });
      const request = await maskedRequest({ query, hint, multiline: false }, specialist, mask, never);
      prompts++;
      if (request.hint !== undefined) hints++;
      seeRequest(request, see);
      recorder.on(
        {
          kind: 'answered',
          request: { query, trigger: 'automatic', indentUnit: '  ' },
          completion: completionOf(hint, `${number}-${prompts}`),
        },
        folder,
      );
    }
    index.setOpenFile(name, undefined);
    mask.closed(path);
  }
  // The recorder writes when it has masked.
  await new Promise((resolve) => setTimeout(resolve, 50));
  store.close();
  return { prompts, hints };
}

function cursors({ path, secrets }: Planted, text: string, number: number): CompletionQuery[] {
  const at = Math.max(...secrets.map((secret) => text.indexOf(secret)));
  if (at < 0) return [{ path, languageId: languageIdOf(path), prefix: text, suffix: '' }];
  const start = Math.min(...secrets.map((secret) => text.indexOf(secret)).filter((found) => found >= 0));
  const lineEnd = text.indexOf('\n', at);
  const end = lineEnd < 0 ? text.length : lineEnd + 1;
  const languageId = languageIdOf(path);
  const name = `drafts/new-${number}${path.slice(path.lastIndexOf('.'))}`;
  return [
    { path, languageId, prefix: text.slice(0, end), suffix: text.slice(end) },
    { path: name, languageId, prefix: text.slice(0, start), suffix: '' },
  ];
}

function specialistOf(index: NgramModel): Specialist {
  return {
    name: 'n-gram',
    complete: async (query, options) => index.complete(query, options),
    snippets: async (query, options) => index.snippets(query, options),
    setOpenFile: (path, text) => index.setOpenFile(path, text),
  };
}

function seeRequest(request: TeacherRequest, see: See): void {
  const { system, user } = buildPrompt(request, modelFacts(teacherModel));
  see('prompt', [system, ...user].map(({ text }) => text).join('\n'));
  if (request.hint !== undefined) see('hint', request.hint);
  for (const { path } of [request.query, ...request.snippets]) see('path', path);
}

function completionOf(draft: Draft, id: string) {
  const decision = { pSpecialist: 0.5, pApi: 0.5, decision: 'specialist', summary: '', reasons: [] } as never;
  const { text, model, latencyMs } = draft;
  return {
    id,
    text,
    source: 'specialist',
    model,
    confidence: 0.5,
    decision,
    latencyMs,
    costUsd: 0,
    savedUsd: 0,
    cached: false,
  } as const;
}
