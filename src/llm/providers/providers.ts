// All providers of large models, the default first. Plain data, which loads no SDK.
import type { Provider } from '../protocol/wire.ts';
import { anthropic } from './anthropic.ts';
import { editor } from './editor.ts';
import { groq } from './groq.ts';
import { compatibles } from './openai.ts';
import { sglang } from './sglang.ts';
import { served } from './specialist-server.ts';

export const providers: readonly Provider[] = [anthropic, ...compatibles, groq, sglang, editor];

/** Providers that work without an editor. */
export const byCommandLine: readonly string[] = providers.filter(({ key }) => key.need !== 'none').map(({ id }) => id);

/** The provider with this id, or the default if there is none. */
export function providerOf(id: string | undefined): Provider {
  return [...providers, served].find((row) => row.id === id) ?? anthropic;
}
