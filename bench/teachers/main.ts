// A real server as the large model, and in place of the local neural model: its models, chat, raw completions, probabilities, stops, cancellation; and 200 labels with a kill in between.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/common/log.ts';
import { Budget } from '../../src/llm/budget.ts';
import { connectLlm, listModels } from '../../src/llm/connect.ts';
import { labelBatch } from '../../src/llm/label.ts';
import type { ModelFacts } from '../../src/llm/protocol/models.ts';
import type { Piece } from '../../src/llm/protocol/wire.ts';
import { providerOf } from '../../src/llm/providers/providers.ts';
import { RecordingLlm } from '../../src/llm/recording.ts';
import { type CompletionPrompt, completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { openStore } from '../../src/storage/open.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { printFigures } from '../print.ts';
import { drafts } from './drafts.ts';
import { Server } from './server.ts';

export const teachers: Benchmark = {
  name: 'teachers',
  what: 'a real server as the large model: what it takes, and 200 labels with a kill in between (EASY_ADAPTATION_SERVER)',
  takes: ['places'],
  run: measure,
};

const provider = 'llama.cpp';
/** Named so that it is asked in words, and for a middle. */
const models = { chat: 'chat', raw: 'starcoder2' } as const;
const timeoutMs = 120_000;
const never = new AbortController().signal;

function at(facts: ModelFacts, prefix: string, multiline = false): CompletionPrompt {
  const query = { path: 'src/sums.ts', languageId: 'typescript', prefix, suffix: '\n}\n' };
  return completionPrompt({ query, snippets: [], multiline }, facts);
}

async function measure({ places: positions = 200 }: BenchOptions): Promise<Figures> {
  const server = await Server.start();
  try {
    const taken = await protocol(server);
    printFigures('A server as the llm: what it takes', taken);
    const drafted = await drafts(server);
    printFigures('In place of the local neural model: drafts, with a kill in between', drafted);
    const labelled = await labels(server, positions);
    printFigures('Labels, with a kill in between', labelled);
    return { ...taken, drafts: drafted, labels: labelled };
  } finally {
    await server.kill();
  }
}

async function protocol({ url }: Server): Promise<Record<string, Figures | string | number>> {
  const settings = { provider, apiKey: '', baseUrl: url, timeoutMs };
  const listed = await listModels({ ...settings, model: '' }, never);
  const figures: Record<string, Figures | string | number> = {
    'models-listed': listed.ok ? listed.value.length : listed.error.message,
  };
  for (const [form, model] of Object.entries(models)) {
    const llm = connectLlm({ ...settings, model }, { stallMs: timeoutMs });
    const answer = await llm.ask(at(llm.facts, 'function add(a: number, b: number) {\n  return '), never);
    figures[form] = answer.ok
      ? {
          'first-ms': Math.round(answer.value.firstTokenMs),
          'total-ms': Math.round(answer.value.latencyMs),
          'input-tokens': answer.value.usage.inputTokens + answer.value.usage.cacheReadTokens,
          'output-tokens': answer.value.usage.outputTokens,
          usd: answer.value.costUsd,
        }
      : answer.error.message;
  }
  figures.probabilities = await probabilities(url);
  figures.stop = await stopped(url);
  figures['cancelled-ms'] = await cancelled(url);
  return figures;
}

/** The pieces of a raw completion, asked with the probabilities of its tokens. */
async function raw(url: string, prefix: string, multiline: boolean, signal = never): Promise<Piece[]> {
  const row = providerOf(provider);
  const facts = row.facts(models.raw, new URL(url).host);
  const { openWire } = await row.wire();
  const options = { provider: row, apiKey: '', baseUrl: url, model: models.raw, facts, timeoutMs };
  const pieces: Piece[] = [];
  for await (const piece of openWire({ ...options, logprobs: true }).ask(at(facts, prefix, multiline), fetch, signal))
    pieces.push(piece);
  return pieces;
}

/** Tokens that came with their probability, of those that came with text. */
async function probabilities(url: string): Promise<string> {
  const pieces = await raw(url, 'const numbers = [1, 2, 3, ', true);
  const given = pieces.flatMap(({ logprobs = [] }) => logprobs);
  const sane = given.every(({ logprob }) => logprob <= 0);
  return `${given.length} of ${pieces.filter(({ text }) => text).length}${sane ? '' : ', some above 1'}`;
}

/** A line end is a stop sequence of a single line: none may come. */
async function stopped(url: string): Promise<string> {
  const text = (await raw(url, 'const a = 1;\nconst b = 2;\nconst c = ', false))
    .map((piece) => piece.text ?? '')
    .join('');
  return text.includes('\n') ? 'ignored' : 'kept';
}

/** From the cancellation until the client is done with it; the next request is answered. */
async function cancelled(url: string): Promise<number | string> {
  const controller = new AbortController();
  const llm = connectLlm({ provider, apiKey: '', baseUrl: url, model: models.chat, timeoutMs }, { stallMs: timeoutMs });
  let begun = 0;
  const asking = llm.ask(at(llm.facts, '// A long story:\n', true), controller.signal, () => {
    begun ||= performance.now();
    controller.abort();
  });
  await asking.catch(() => {});
  const took = performance.now() - begun;
  const next = await llm.ask(at(llm.facts, 'const b = '), never);
  return begun === 0 ? 'it had nothing to say' : next.ok ? Math.round(took) : `afterwards: ${next.error.message}`;
}

/** The server is killed in the middle and started again; the run that it ends is followed by another, as a user would. */
async function labels(server: Server, positions: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-teachers-'));
  const { store } = openStore(folder, { log: silentLog });
  /** Requests that the server answered to the end, by their bodies. */
  const answered = new Map<string, number>();
  const counting: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    // One that still loads its model says so.
    if (!response.ok) return response;
    const body = response.body?.pipeThrough(
      new TransformStream({
        flush: () => {
          const key = String(init?.body);
          answered.set(key, (answered.get(key) ?? 0) + 1);
        },
      }),
    );
    return new Response(body, response);
  };
  const settings = { provider, apiKey: '', baseUrl: server.url, model: models.raw, timeoutMs };
  const run = (onAnswer: (count: number) => void) => {
    const llm = new RecordingLlm(connectLlm(settings, { fetch: counting, stallMs: timeoutMs }), store, {
      ...({ purpose: 'labelling', folder, budget: new Budget(() => store, 0) } as const),
    });
    let count = 0;
    const prompts = Array.from({ length: positions }, (_, index) => at(llm.facts, `const value${index} = `));
    return labelBatch(llm, prompts, { concurrency: 4, signal: never, onAnswer: () => onAnswer(++count) });
  };
  try {
    const started = performance.now();
    let again: Promise<void> | undefined;
    const first = await run((count) => {
      if (count === Math.floor(positions / 2)) again ??= server.kill().then(() => server.up());
    });
    await again;
    const second = await run(() => {});
    const rows = [...new Set(store.rowsOf(folder).teacherCalls.map(({ requestHash }) => requestHash))];
    const broken = rows.filter((hash) => hash.startsWith('partial:')).length;
    return {
      asked: positions,
      'answered-in-spite-of-the-kill': first.answered,
      'answered-then': second.answered,
      'kept-in-the-store': rows.length - broken,
      'broken-off-by-the-kill': broken,
      'answered-twice': [...answered.values()].filter((times) => times > 1).length,
      'ms-each': Math.round((performance.now() - started) / positions),
      usd: second.costUsd,
    };
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
