// Converts the editor's settings of a folder to those of the completion service.
import type { CompletionSettings } from '../../completion/types.ts';
import { riskOf, type Settings } from '../settings/settings.ts';

export function completionSettings(settings: Settings, apiAllowed: boolean): CompletionSettings {
  const { balance, showBar, multiline, apiDebounceMin, apiDebounceMax } = settings;
  const risk = riskOf(settings);
  return {
    balance: settings.localOnly ? 0 : balance,
    ...(risk && { risk }),
    showThreshold: showBar,
    fallbackThreshold: showBar,
    multiline,
    apiAllowed,
    apiDebounceMinMs: apiDebounceMin,
    apiDebounceMaxMs: Math.max(apiDebounceMin, apiDebounceMax),
    prefetchFromApi: balance === 1,
  };
}
