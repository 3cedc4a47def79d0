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
    // From 0.5 on, the likelier model is wanted. A bound on the accuracy lost counts every call that is not made.
    localFirst: balance < 0.5 && risk === undefined,
    prefetchFromApi: balance === 1,
  };
}
