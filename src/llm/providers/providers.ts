// Every provider of large models: a row each, the default first. Plain data: no SDK comes in with it.
import type { Provider } from '../protocol/wire.ts';
import { anthropic } from './anthropic.ts';
import { editor } from './editor.ts';
import { groq } from './groq.ts';
import { compatibles } from './openai.ts';
import { sglang } from './sglang.ts';
import { served } from './specialist-server.ts';

export const providers: readonly Provider[] = [anthropic, ...compatibles, groq, sglang, editor];

/** Those that need no editor to be asked. */
export const byCommandLine: readonly string[] = providers.filter(({ key }) => key.need !== 'none').map(({ id }) => id);

/** The default where there is no row of that name. */
export function providerOf(id: string | undefined): Provider {
  return [...providers, served].find((row) => row.id === id) ?? anthropic;
}
