// Converts the editor's settings of a folder to those of the completion service.
import type { CompletionSettings } from '../../suggest/suggestion.ts';
import { isLanguageEnabled, parts } from '../settings/levels.ts';
import type { Settings } from '../settings/settings.ts';

export function completionSettings(settings: Settings, apiAllowed: boolean): CompletionSettings {
  const { balance, minimumConfidence } = settings;
  return {
    ...settings,
    offIn: parts.filter((part) => !isLanguageEnabled(settings.enable, part)),
    threshold: minimumConfidence,
    apiAllowed,
    // From 0.5 on, the likelier model is wanted.
    localFirst: balance < 0.5,
    prefetchFromApi: balance === 1,
  };
}
