// Asks a large model over its API for the answers of a set, and stores each before the next is used.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectLlm } from '../../src/llm/connect.ts';
import { labelBatch } from '../../src/llm/label.ts';
import type { LlmClient, Prompt } from '../../src/llm/protocol/models.ts';
import { providerOf } from '../../src/llm/providers/providers.ts';
import type { EvidencePrompt, EvidenceSet } from './types.ts';

const CONCURRENCY = 4;

/** @param name PROVIDER/MODEL. The key is in the provider's environment variable; a server of one's own needs none. */
export function largeModel(name: string, url: string | undefined): LlmClient {
  const [provider = '', ...model] = name.split('/');
  const { key } = providerOf(provider);
  const apiKey = (key.variable && process.env[key.variable]) ?? '';
  if (apiKey === '' && key.need === 'required') throw new Error(`Set ${key.variable} to the key of ${provider}.`);
  const address = { provider, model: model.join('/'), ...(url !== undefined && { baseUrl: url }) };
  return connectLlm({ ...address, apiKey, timeoutMs: 60_000 });
}

/** Prompts whose answer is stored are not asked again. Throws where the model stops answering. */
export async function askSet({ name, items }: EvidenceSet, into: string, llm: LlmClient): Promise<void> {
  for (const arm of Object.keys(items[0]?.prompts ?? {})) {
    const folder = join(into, name, arm);
    const file = join(folder, 'asked.jsonl');
    mkdirSync(folder, { recursive: true });
    const answered = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const open = items.filter(({ id }) => !answered.includes(`{"id":"${id}"`));
    const prompts = open.map(({ prompts }) => promptOf(name, prompts[arm] as EvidencePrompt));
    const usd = prompts.reduce((sum, prompt) => sum + llm.estimateUsd(prompt), 0);
    console.log(`${name}, ${arm}: ${open.length} of ${items.length} to ask of ${llm.model}, about $${usd.toFixed(2)}`);
    const { stopped } = await labelBatch(llm, prompts, {
      concurrency: CONCURRENCY,
      signal: new AbortController().signal,
      onAnswer: (index, { text }) => appendFileSync(file, `${JSON.stringify({ id: open[index]?.id, answer: text })}\n`),
    });
    if (stopped) throw new Error(`${stopped.message} The answers so far are in ${file}; start again to go on.`);
  }
}

function promptOf(about: string, { system, user }: EvidencePrompt): Prompt {
  return {
    about,
    system: { text: system, cache: false },
    user: [{ text: user, cache: false }],
    ...{ prefill: '', stop: [], maxTokens: 160, usualTokens: 30 },
    read: (written) => written.trim(),
  };
}
