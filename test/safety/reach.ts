// Runs the product over a folder with planted secrets, and collects every text that is stored or sent.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root as repository } from '../../build/paths.ts';
import { adapt } from '../../src/adapt/adapt.ts';
import { keptRows } from '../../src/adapt/kept/kept-rows.ts';
import { readSpecialist } from '../../src/adapt/models/served.ts';
import type { KeptKind } from '../../src/adapt/report/kept.ts';
import type { AdaptRequest } from '../../src/adapt/request/adapt-request.ts';
import type { CompletionQuery, Draft, Specialist } from '../../src/common/completion.ts';
import type { Log } from '../../src/common/log.ts';
import { requestWriter } from '../../src/llm/connect.ts';
import { Budget, RecordingLlm } from '../../src/llm/recording.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../../src/prompts/completion/llm-request.ts';
import type { NgramModel } from '../../src/specialist/ngram/model.ts';
import { openStore } from '../../src/storage/open.ts';
import { RunStore } from '../../src/storage/run-store.ts';
import { redactedRequest } from '../../src/suggest/redacted-request.ts';
import { languageIdOf } from '../../src/text/languages.ts';
import { SessionSecrets } from '../../src/vscode/folder/session-secrets.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { assertPrivate } from '../support/private.ts';
import type { Corpus } from './corpus.ts';
import { longSecret, type Planted } from './survivors.ts';

export const stages = ['harvest', 'snapshot', 'samples', 'prompt', 'shown-draft', 'path', 'store', 'log'] as const;
export type Stage = (typeof stages)[number];

/** Passes every text that is stored or sent to `see`. */
export type See = (stage: Stage, text: string) => void;

export interface Reached {
  /** Number of files in the corpus, and of those that were read. The harvest's rules exclude the others. */
  readonly files: number;
  readonly read: number;
  readonly prompts: number;
  readonly drafts: number;
}

const llmModel = 'claude-haiku-5-5';
const never = new AbortController().signal;

/** The kinds of `inspect`, grouped by the texts that they show. */
const stageOf: Readonly<Record<KeptKind, Stage>> = {
  harvest: 'harvest',
  snapshot: 'snapshot',
  sample: 'samples',
  label: 'prompt',
  prompt: 'prompt',
  'shown-draft': 'shown-draft',
  answer: 'store',
  report: 'store',
  draft: 'store',
  stage: 'store',
};

/** Runs the product over the folder with planted secrets, n-grams only. @param storage an empty folder for its files */
export async function runProduct(corpus: Corpus, root: string, storage: string, see: See): Promise<Reached> {
  const log = logTo((text) => see('log', text));
  const request: AdaptRequest = {
    root,
    storeFolder: storage,
    specialistFolder: join(storage, 'specialists'),
    tokenizerPath: join(repository, 'models/small/tokenizer.json'),
    harvest: { trusted: false },
    secrets: [],
    effort: 'adapt',
    balance: 0.5,
    api: { settings: { apiKey: '', model: llmModel, timeoutMs: 1000 }, positions: 40, budgetUsd: 1 },
  };
  const secrets = await adaptOver(request, log, see);
  const specialist = await readSpecialist(request, log);
  if (!specialist.ok) throw new Error(specialist.error.message);
  const redact = new SessionSecrets(true);
  await redact.add(secrets);
  const asked = await completeEverywhere(corpus, specialist.value, redact, see);

  let read = 0;
  const rows = keptRows(
    { ...request, address: { model: llmModel }, limits: { positions: 40 } },
    { signal: never, log },
  );
  for (let next = await rows.next(); ; next = await rows.next()) {
    if (next.done) {
      if (!next.value.ok) throw new Error(next.value.error.message);
      break;
    }
    const { kind, path, text } = next.value;
    if (kind === 'harvest') read++;
    see(stageOf[kind], text);
    see('path', path);
  }
  for (const entry of readdirSync(storage, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) see('store', readFileSync(join(entry.parentPath, entry.name), 'latin1'));
  }
  assertPrivate(storage);
  return { files: Object.keys(corpus.files).length, read, ...asked };
}

function logTo(say: (text: string) => void): Log {
  const line = (message: string, error?: unknown) => say(`${message} ${error instanceof Error ? error.stack : error}`);
  return { debug: line, info: line, warn: line, error: line };
}

/** An adaptation with a large model that labels held-out positions. @returns the folder's secrets */
async function adaptOver(request: AdaptRequest, log: Log, see: See): Promise<readonly string[]> {
  const { store } = openStore(request.storeFolder, { log });
  const scripted = new ScriptedLlm((asked) => {
    seeRequest(asked, see);
    return 'return total;';
  }, llmModel);
  const budget = new Budget(() => store, 1);
  const runStore = new RunStore(request.storeFolder, request.root, log);
  const outcome = await adapt(request, {
    runStore,
    llm: new RecordingLlm(scripted, store, { purpose: 'labelling', folder: request.root, budget, log }),
    askPlan: async () => ({ kind: 'start', api: true }),
    record: (run) => store.recordAdaptation(request.root, run),
    progress: ({ stage, detail }) => see('log', `${stage} ${detail ?? ''}`),
    signal: never,
    log,
  });
  runStore.close();
  store.close();
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value.secrets;
}

/**
 * At cursors round each planted value: behind its line in its own file; where the same is being written in a new file
 * while its own is open, up to the value (the draft that goes along then is the value, if the models know
 * it); in the middle of it.
 */
async function completeEverywhere(
  { files, planted }: Corpus,
  index: NgramModel,
  redact: SessionSecrets,
  see: See,
): Promise<{ prompts: number; drafts: number }> {
  const specialist = specialistOf(index);
  let [prompts, drafts] = [0, 0];
  for (const [number, item] of planted.entries()) {
    const { path } = item;
    const text = files[path] ?? '';
    const name = await redact.path(path);
    index.setOpenFile(name, (await redact.known()).learnOpen(path, text).text);
    for (const query of cursors(item, text, number)) {
      const draft: Draft = index.complete(query, { multiline: false, maxTokens: 64 });
      const request = await redactedRequest(
        { position: { query, block: false }, drafts: draft.text === '' ? [] : [{ text: draft.text, estimate: 0.5 }] },
        specialist,
        redact,
        never,
      );
      prompts++;
      drafts += request.drafts.length;
      seeRequest(request, see);
    }
    index.setOpenFile(name, undefined);
    (await redact.known()).closed(path);
  }
  return { prompts, drafts };
}

function cursors({ path, secrets }: Planted, text: string, number: number): CompletionQuery[] {
  const languageId = languageIdOf(path);
  const at = (offset: number) => ({ path, languageId, prefix: text.slice(0, offset), suffix: text.slice(offset) });
  const positions = secrets.map((secret) => text.indexOf(secret)).filter((found) => found >= 0);
  if (positions.length === 0) return [at(text.length)];
  const [start, last] = [Math.min(...positions), Math.max(...positions)];
  const lineEnd = text.indexOf('\n', last);
  const longest = Math.max(...secrets.map(({ length }) => length));
  const name = `drafts/new-${number}${path.slice(path.lastIndexOf('.'))}`;
  return [
    at(lineEnd < 0 ? text.length : lineEnd + 1),
    { path: name, languageId, prefix: text.slice(0, start), suffix: '' },
    // The second half of the secret alone is searched for, too.
    ...(longest >= longSecret ? [at(start + Math.ceil(longest / 2))] : []),
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

const send = await requestWriter({ model: llmModel }, completionPrompt);

function seeRequest(request: LlmRequest, see: See): void {
  see('prompt', send(request));
  for (const { text } of request.drafts) see('shown-draft', text);
  for (const { path } of [request.query, ...request.snippets]) see('path', path);
}
