// Loads `ui-text.ts` with a fake `vscode`, and defines the patterns by which VS Code finds links and icons.
import { l10n, loadAsVscode } from './fake-vscode.ts';

loadAsVscode({ l10n });

export const uiText = await import('../../src/vscode/editor/ui-text.ts');

/** Text that VS Code renders as a link in messages (src/vs/base/common/linkedText.ts). */
export const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
/** Text that VS Code renders as an icon (src/vs/base/common/iconLabels.ts). */
export const icon = /\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/;
