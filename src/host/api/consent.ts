// Asks, before the first API call of a folder, whether its text may leave the machine, and says exactly what would.
import * as vscode from 'vscode';
import type { Permissions } from './permissions.ts';

/** Who would get what. */
export interface ConsentQuestion {
  /** The folder's URI, and its name for people. */
  readonly folder: string;
  readonly name: string;
  /** 'api.anthropic.com' */
  readonly host: string;
  readonly model: string;
  /** Not the large model: one that drafts in place of the local one. */
  readonly drafts?: true;
}

const { t } = vscode.l10n;

export function whatIsSent({ host, model, drafts }: ConsentQuestion): string {
  if (drafts)
    return t(
      "Each key sends {0} at {1} the text before and after the cursor and the file's path. Secrets are masked first. Files that .gitignore, .easyadaptationignore or your exclude settings leave out are never sent. While it does not answer, this machine drafts.",
      model,
      host,
    );
  return t(
    "Each call to {0} at {1} sends the text before and after the cursor, the file's path and language, a few similar snippets of this folder with their paths and lines, and the local model's draft as a hint. Secrets are masked first. Files that .gitignore, .easyadaptationignore or your exclude settings leave out are never sent. Nothing else is, and to nobody else.",
    model,
    host,
  );
}

/**
 * @param how 'modal' where the user has just asked for the API; 'notice' while typing, which must not steal the focus
 * @returns whether the folder may call the API from now on; false where the question was closed without an answer
 */
export async function askConsent(
  question: ConsentQuestion,
  permissions: Permissions,
  how: 'modal' | 'notice',
): Promise<boolean> {
  const allow = t('Allow for This Folder');
  const stay = t('Stay Local');
  const title = question.drafts
    ? t('Easy Adaptation: may {1} draft in "{0}"?', question.name, question.host)
    : t('Easy Adaptation: may completions in "{0}" ask the API?', question.name);
  const detail = whatIsSent(question);
  const answer =
    how === 'modal'
      ? await vscode.window.showInformationMessage(title, { modal: true, detail }, allow, stay)
      : await vscode.window.showInformationMessage(`${title} ${detail}`, allow, stay);
  if (answer === allow) await permissions.allow(question.folder, question.host);
  if (answer === stay) await permissions.decline(question.folder, question.host);
  return answer === allow;
}
