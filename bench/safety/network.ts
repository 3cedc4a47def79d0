// A server that means no good: where text and key go, what an answer may cost in memory and time, what its text may do.

import { connectLlm } from '../../src/llm/connect.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../../src/prompts/completion/llm-request.ts';
import {
  drips,
  floods,
  HostileMessages,
  lies,
  redirects,
  refuses,
  says,
  textsToClean,
} from '../../test/fakes/hostile-messages.ts';
import { keyForms } from '../../test/fakes/key-forms.ts';
import { planted, sdks, variablesOf, withPlantedEnvironment } from '../../test/fakes/sdk-environment.ts';
import * as providers from '../../test/llm/asking.ts';
import { type Campaign, type CampaignRow, Tally } from './campaign.ts';

const key = 'sk-ant-bench-0123456789';
const request: LlmRequest = {
  query: { path: 'a.ts', languageId: 'typescript', prefix: 'const sum = ', suffix: '\n' },
  snippets: [],
  drafts: [],
  multiline: true,
};
/** ms for one answer; how late its end may come, and what it may take of memory, bytes. */
const limits = { answer: 4_000, late: 1_000, memory: 48 << 20 } as const;
const repeats = 3;

export const networkCampaign: Campaign = {
  name: 'network',
  what: 'servers that redirect, flood, stall, lie, and write what acts',
  run: async (show) => {
    const api = await HostileMessages.begin();
    try {
      await astray(api, show);
      await bounds(api, show);
      await text(api, show);
      await environment(api, show);
      await keys(api, show);
    } finally {
      await api.close();
    }
  },
};

function ask(api: HostileMessages, timeoutMs: number = limits.answer) {
  const settings = { apiKey: key, baseUrl: api.url, model: 'claude-haiku-5-5', timeoutMs };
  const llm = connectLlm(settings, { stallMs: timeoutMs });
  return llm.ask(completionPrompt(request, llm.facts), new AbortController().signal);
}

async function astray(api: HostileMessages, show: (row: CampaignRow) => void): Promise<void> {
  for (const [name, serve] of Object.entries(redirects)) {
    const tally = new Tally();
    for (let n = 0; n < repeats; n++) {
      api.as(serve);
      const result = await ask(api);
      tally.try(api.redirectedRequests.length === 0 && !result.ok, `sent on: ${api.redirectedRequests.length}`);
    }
    show(tally.row('network: text and key go to one host', name));
  }
}

async function bounds(api: HostileMessages, show: (row: CampaignRow) => void): Promise<void> {
  for (const [name, serve] of Object.entries({ ...floods, ...drips })) {
    const tally = new Tally();
    for (let n = 0; n < repeats; n++) {
      api.as(serve);
      const before = process.memoryUsage.rss();
      const started = performance.now();
      let peak = before;
      const watch = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage.rss());
      }, 5);
      const result = await ask(api);
      clearInterval(watch);
      const took = performance.now() - started;
      const memory = peak - before;
      const holds = !result.ok && took < limits.answer + limits.late && memory < limits.memory;
      tally.try(holds, `${Math.round(took)} ms, ${Math.round(memory / 1e6)} MB, ${result.ok ? 'answered' : 'refused'}`);
    }
    show(tally.row('network: answers have an end', name));
  }
  for (const [name, serve] of Object.entries(lies)) {
    const tally = new Tally();
    api.as(serve);
    const result = await ask(api);
    tally.try(!result.ok, result.ok ? `answered, $${result.value.costUsd}` : undefined);
    show(tally.row('network: lies are no answers', name));
  }
}

async function text(api: HostileMessages, show: (row: CampaignRow) => void): Promise<void> {
  for (const [name, { text, clean }] of Object.entries(textsToClean)) {
    const tally = new Tally();
    api.as(says(`<insert>${text}</insert>`, text));
    const answer = await ask(api);
    tally.try(answer.ok && answer.value.text === clean, JSON.stringify(answer));
    tally.try(answer.ok && answer.value.model === clean, JSON.stringify(answer));
    api.as(refuses(400, text));
    const refused = await ask(api);
    tally.try(!refused.ok && refused.error.message.includes(clean), JSON.stringify(refused));
    show(tally.row('network: text is only text', name));
  }
  for (const value of ['99999999', '1e300', 'Infinity', 'NaN', '-5', 'soon', 'Fri, 31 Dec 9999 23:59:59 GMT']) {
    const tally = new Tally();
    api.as(refuses(429, 'slow down', { 'retry-after': value }));
    const refused = await ask(api);
    const wait = refused.ok ? Number.NaN : (refused.error.retryAfterMs ?? 0);
    tally.try(wait >= 0 && wait <= 3_600_000, String(wait));
    show(tally.row('network: a pause is one', `retry-after ${value}`));
  }
}

/** Every provider, while all that the SDKs read in the environment is set for another host. */
async function environment(api: HostileMessages, show: (row: CampaignRow) => void): Promise<void> {
  const variables = sdks.flatMap(variablesOf);
  for (const provider of providers.asked) {
    const tally = new Tally();
    api.as(says('a'));
    await withPlantedEnvironment(variables, api.elsewhere, () => providers.ask(provider, api.url));
    const clean = api.requests.length === 1 && !api.requests[0]?.includes(planted);
    tally.try(
      clean && api.redirectedRequests.length === 0,
      `${api.requests.length} requests, ${api.redirectedRequests.length} elsewhere`,
    );
    show(tally.row('network: nothing of the environment is sent', provider.id));
  }
}

/** The key that it was sent, repeated in a refusal, an answer and a model's name. */
async function keys(api: HostileMessages, show: (row: CampaignRow) => void): Promise<void> {
  for (const [name, write] of Object.entries(keyForms)) {
    const tally = new Tally();
    for (const provider of providers.asked) {
      const written = write(providers.key);
      for (const serve of [refuses(400, `refused: ${written}`), says(`<insert>${written}</insert>`, written)]) {
        api.as(serve);
        const told = JSON.stringify(await providers.ask(provider, api.url));
        tally.try(!told.includes(written) && told.includes('[key]'), `${provider.id}: ${told}`);
      }
    }
    show(tally.row('network: a key that a server repeats goes nowhere', name));
  }
}
