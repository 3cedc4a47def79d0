// Everything stored about a folder and sent from it, as text, by the code that stores and sends it.
// It also shows secrets that an earlier version failed to redact.
import { failed, ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { connectLlm, type LlmAddress, requestWriter } from '../../llm/connect.ts';
import { positionInDocument } from '../../prompts/completion/completion-position.ts';
import { completionPrompt } from '../../prompts/completion/completion-prompt.ts';
import { bareRequestAt, type LlmRequest } from '../../prompts/completion/llm-request.ts';
import type { EditorEngine } from '../../specialist/engine/engine-protocol.ts';
import { NgramModel } from '../../specialist/ngram/model.ts';
import { openLogged } from '../../storage/open.ts';
import type { FolderRows } from '../../storage/stored-rows.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import { type Harvest, harvestFolder } from '../../workspace/files/folder.ts';
import { yieldToEvents } from '../cancellation.ts';
import { heldOutFor, heldOutPositions, sample } from '../held-out-positions.ts';
import { positionsToLabel } from '../labels.ts';
import { ownFolder } from '../models/folder-models.ts';
import { readSpecialist } from '../models/served.ts';
import type { KeptRow } from '../report/kept.ts';
import type { LabellingLimits } from '../request/adapt-request.ts';
import { sampleOptions, samplesOf, specialNames } from '../training-data/samples.ts';
import { type LiveRequest, RequestPreview } from './request-preview.ts';

/** Plain data: it is sent to a job's process. */
export type KeptRequest = LiveRequest & {
  /** The large model whose requests are shown; absent: the default. */
  readonly address?: LlmAddress;
  /** Of the run whose labelling requests are shown. */
  readonly limits: LabellingLimits;
};

/** Maximum labelling requests to show, evenly spread over those of a run. */
const SHOWN_REQUESTS = 80;

export interface KeptDeps {
  /** The caller's own, if it has one. */
  readonly harvest?: Harvest;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** The folder's files, samples and requests of a run, and the store. Fails as reading the folder does. */
export async function* keptRows(request: KeptRequest, deps: KeptDeps): AsyncGenerator<KeptRow, Result<true>> {
  const { signal, log } = deps;
  const tokenizer = readTokenizer(request.tokenizerPath);
  if (!tokenizer.ok) return tokenizer;
  const harvested = deps.harvest ? ok(deps.harvest) : await harvestFolder(request.root, request.harvest, deps);
  if (!harvested.ok) return harvested;
  const harvest = harvested.value;
  for (const { path, text } of harvest.files) yield { kind: 'harvest', path, text };
  const index = await readSpecialist(request, log);
  if (index.ok) for (const { path, text } of index.value.texts()) yield { kind: 'snapshot', path, text };
  await yieldToEvents(signal);
  yield* learningRows(request, harvest, index.ok ? index.value : undefined, tokenizer.value, { signal, log });
  const store = openLogged(request.storeFolder, log);
  try {
    yield* storeRows(store.rowsOf(request.root));
  } finally {
    store.close();
  }
  return ok(true);
}

async function* learningRows(
  request: KeptRequest,
  { files, secrets }: Harvest,
  specialist: NgramModel | undefined,
  tokenizer: Tokenizer,
  { signal, log }: KeptDeps,
): AsyncGenerator<KeptRow> {
  const { held } = heldOutFor(files, request.neural && ownFolder(request.specialistFolder));
  const positions = heldOutPositions(held);
  const index = NgramModel.build(held.train, tokenizer);
  await yieldToEvents(signal);
  for (const { ids } of samplesOf(held.train, tokenizer, sampleOptions(index))) {
    const text = decodeAll(ids, tokenizer);
    yield { kind: 'sample', path: /<\|file\|>([^\n]*)/.exec(text)?.[1] ?? '', text };
  }
  const address = request.address ?? {};
  const llm = connectLlm({ model: '', ...address, apiKey: '', timeoutMs: 1 });
  const { validation, bare } = positionsToLabel(positions, index, llm, request.limits);
  const toAsk = [
    ...bare.map(({ example }) => ({ example, label: bareRequestAt(positionInDocument(example)) })),
    // Asked with the local draft, which only a run makes: shown as the request of a completion there.
    ...validation.map((example) => ({ example, label: undefined })),
  ];
  const preview = new RequestPreview(request, secrets, specialist ?? index, undefined, log);
  const send = await requestWriter(address, completionPrompt);
  for (const { example, label } of sample(toAsk, SHOWN_REQUESTS)) {
    await yieldToEvents(signal);
    if (label) yield { kind: 'label', path: example.path, text: send(label) };
    const query = await preview.queryAt(example);
    if (query !== undefined) yield* liveRows(await preview.preview(query, signal), send);
  }
}

/** The exact request of a completion at one position, with its drafts. Fails if the file is never sent. */
export async function rowsAt(
  { path, text, offset }: { readonly path: string; readonly text: string; readonly offset: number },
  request: KeptRequest,
  { secrets }: Harvest,
  specialist: NgramModel,
  engine: EditorEngine | undefined,
  { signal, log }: KeptDeps,
): Promise<Result<KeptRow[]>> {
  const preview = new RequestPreview(request, secrets, specialist, engine, log);
  const rule = await preview.ruleOf(path);
  if (rule !== 'open') {
    const why = rule === 'off' ? 'nothing is completed there' : 'it is completed on this machine alone';
    return failed('bad-request', `Nothing of ${path} is ever sent: it is ignored or holds secrets, and ${why}.`);
  }
  const query = preview.queryIn(text, offset, path);
  return ok([
    ...liveRows(await preview.preview(query, signal), await requestWriter(request.address ?? {}, completionPrompt)),
  ]);
}

function* liveRows(asked: LlmRequest, send: (request: LlmRequest) => string): Generator<KeptRow> {
  const { path } = asked.query;
  yield { kind: 'prompt', path, text: send(asked) };
  for (const { text } of asked.drafts) yield { kind: 'shown-draft', path, text };
}

/** Special tokens, shown by name. */
function decodeAll(ids: Int32Array, tokenizer: Tokenizer): string {
  const names = specialNames(tokenizer);
  const parts: string[] = [];
  let from = 0;
  ids.forEach((id, at) => {
    const name = names.get(id);
    if (name === undefined) return;
    parts.push(tokenizer.decode(ids.subarray(from, at)), name);
    from = at + 1;
  });
  parts.push(tokenizer.decode(ids.subarray(from)));
  return parts.join('');
}

function* storeRows({ llmCalls, adaptations, answers, stages }: FolderRows): Generator<KeptRow> {
  for (const { path, text } of llmCalls) yield { kind: 'answer', path, text };
  for (const { report } of adaptations) yield { kind: 'report', path: '', text: report };
  for (const row of answers) yield { kind: 'draft', path: row.path, text: JSON.stringify(row) };
  for (const row of stages) yield { kind: 'stage', path: '', text: JSON.stringify(row) };
}
