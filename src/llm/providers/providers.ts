// All providers of large models, the default first. Plain data, which loads no wire.
import type { Provider } from '../protocol/wire.ts';
import { anthropic } from './anthropic.ts';
import { editor } from './editor.ts';
import { compatibleProviders } from './openai.ts';

export const providers: readonly Provider[] = [anthropic, ...compatibleProviders, editor];

/** Providers that work without an editor. */
export const commandLineProviders: readonly string[] = providers
  .filter(({ key }) => key.need !== 'none')
  .map(({ id }) => id);

/** The provider with this id, or the default if there is none. */
export function providerOf(id: string | undefined): Provider {
  return providers.find((row) => row.id === id) ?? anthropic;
}
