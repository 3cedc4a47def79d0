// The fix that a language extension prefers for an error. It is only read: no command of another extension is run.
import * as vscode from 'vscode';
import { canBeShown } from '../../routing/decide.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { askServer } from './language-server.ts';

/** A change of the error's document; the texts have '\n' line ends. */
export interface PreferredFix {
  readonly title: string;
  readonly range: vscode.Range;
  readonly removed: string;
  readonly replacement: string;
}

/** Fixes of an error that the server completes with their changes. Preferred ones come first. */
const maxResolved = 3;
/** TypeScript's fixes have it. Without further actions, which are not preferred ones, it only counts their use. */
const countingCommand = '_typescript.applyCodeActionCommand';

/** Undefined if there is none, it is more than one change, or the document has changed. Rejects as `askServer`. */
export async function preferredFix(
  document: vscode.TextDocument,
  { range }: vscode.Diagnostic,
): Promise<PreferredFix | undefined> {
  const { version } = document;
  const actions = await askServer<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
    vscode.CodeActionKind.QuickFix.value,
    maxResolved,
  );
  if (document.version !== version) return undefined;
  const action = actions?.find(({ isPreferred }) => isPreferred);
  if (action?.edit === undefined) return undefined;
  if (action.command !== undefined && action.command.command !== countingCommand) return undefined;
  const [file, ...others] = action.edit.entries();
  if (file === undefined || others.length > 0) return undefined;
  const [uri, [change, ...further]] = file;
  if (uri.toString() !== document.uri.toString() || change === undefined || further.length > 0) return undefined;
  const removed = toLineFeeds(document.getText(change.range));
  const replacement = toLineFeeds(change.newText);
  if (!canBeShown({ removed, replacement }) || removed === replacement) return undefined;
  return { title: action.title, range: change.range, removed, replacement };
}
