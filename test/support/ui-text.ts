// Loads `ui-text.ts` with a fake `vscode`, and defines the patterns by which VS Code finds links and icons.
import { registerHooks } from 'node:module';

const source = `
export const l10n = { t: (text, ...args) => text.replace(/\\{(\\d)\\}/g, (_, i) => args[i]) };
export class MarkdownString {
  constructor(value, supportThemeIcons) {
    this.value = value;
    this.supportThemeIcons = supportThemeIcons;
  }
}`;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode'
      ? { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true }
      : next(specifier, context),
});

export const uiText = await import('../../src/vscode/editor/ui-text.ts');

/** Text that VS Code renders as a link in messages (src/vs/base/common/linkedText.ts). */
export const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
/** Text that VS Code renders as an icon (src/vs/base/common/iconLabels.ts). */
export const icon = /\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/;
