// Asks for consent before the first call to the large model in a folder. The question lists the text that would be
// sent.
import { sentences, t, type UiText } from '../editor/ui-text.ts';
import { type UiMessageItem, window } from '../editor/window.ts';
import { callsAnHour, hourPriceText, mostCallsAnHour } from './hourly-cost.ts';
import type { Permissions } from './permissions.ts';

/** Commands that send other text than completions do. */
export type SendingCommand = 'commit message' | 'comment' | 'text task';

/** Recipient and content of a consent question. */
export interface ConsentQuestion {
  /** The folder's URI, and its display name. */
  readonly folder: string;
  readonly name: string;
  /** 'api.anthropic.com' */
  readonly host: string;
  readonly model: string;
  /** The command that asks; absent: completions. */
  readonly command?: SendingCommand;
  /** Expected cost and limit; absent if the cost is unknown. */
  readonly costs?: {
    /** Of an hour of typing, US dollars. */
    readonly usdAnHour: number;
    /** Whether the model's price is unknown and the highest known price is used. */
    readonly isPriceGuessed: boolean;
    /** Per calendar month, US dollars. */
    readonly limitUsd: number;
  };
}

/** The source of a command's texts: what is sent of it, and what is sent as examples. */
const sources = (): Readonly<Record<SendingCommand, Record<'command' | 'sent' | 'examples' | 'note', UiText>>> => ({
  'commit message': {
    command: t('Generate Commit Message'),
    sent: t('the diffs of up to 100 staged files and the names of all staged files'),
    examples: t(
      'up to twelve earlier commit messages with the names of their files, and what AGENTS.md, CLAUDE.md and copilot-instructions.md say of commits',
    ),
    note: t('Of files excluded by .gitignore, .easyadaptationignore or your settings, only the names are sent.'),
  },
  comment: {
    command: t('Write Doc Comment'),
    sent: t('the function at the cursor'),
    examples: t(
      'up to five functions of this folder that resemble it, with their comments, and what AGENTS.md, CLAUDE.md and copilot-instructions.md say of comments',
    ),
    note: t('Files excluded by .gitignore, .easyadaptationignore or your settings are never sent.'),
  },
  'text task': {
    command: t('Run Text Task'),
    sent: t('texts of the task with its instruction and labels'),
    examples: t(
      'up to twelve texts that are similar to each, with their labels or answers, and how likely the local model finds each label for them, or its draft',
    ),
    note: t('Before anything is sent, you see the number of texts and the price and are asked again.'),
  },
});

function sentBy(source: SendingCommand, model: string, host: string): UiText {
  const { command, sent, examples, note } = sources()[source];
  return sentences(
    t(
      '{0} sends to {1} at {2} {3}, and as examples {4}. Secrets are redacted first.',
      command,
      model,
      host,
      sent,
      examples,
    ),
    note,
  );
}

/** Content sent by completions and by the command, if any: the consent covers both. */
function describeSentText({ host, model, command }: Pick<ConsentQuestion, 'host' | 'model' | 'command'>): UiText {
  if (command !== undefined)
    return sentences(
      sentBy(command, model, host),
      t('If you allow it, completions in this folder may use this model as well.'),
      describeSentText({ host, model }),
    );
  return t(
    "Each call to {0} at {1} sends the text before and after the cursor, the file's path and language, a few similar snippets of this folder with their paths and lines, and the local model's draft with its estimate. After an edit a call may ask for the one that follows: it sends your last six edits in this folder with their paths, and the lines around the cursor. Secrets are redacted first. Files excluded by .gitignore, .easyadaptationignore or your settings are never sent. Completions and next edits send nothing else. Commit messages, comments, text tasks and adaptations ask separately when you start them.",
    model,
    host,
  );
}

function describeCost({ model, costs }: ConsentQuestion): UiText | '' {
  if (costs === undefined) return '';
  const { usdAnHour, isPriceGuessed, limitUsd } = costs;
  const callCount = t('An hour of typing takes about {0} calls, in some folders {1}', callsAnHour, mostCallsAnHour);
  const limit = t('your limit is {0} a month', `$${limitUsd.toFixed(2)}`);
  if (usdAnHour === 0) return t('{0}, which cost nothing.', callCount);
  const price = hourPriceText(usdAnHour);
  return isPriceGuessed
    ? t(
        '{0}. The price of {1} is unknown; at the highest known price it would be {2}, and {3}.',
        callCount,
        model,
        price,
        limit,
      )
    : t('{0}. {1} calls cost {2}; {3}.', callCount, callsAnHour, price, limit);
}

/**
 * @param how 'modal' after a user's command; 'notice' while typing, which must not steal the focus
 * @returns whether the folder may call the model; false if dismissed
 */
export async function askConsent(
  question: ConsentQuestion,
  permissions: Permissions,
  how: 'modal' | 'notice',
): Promise<boolean> {
  const allow = t('Allow for This Folder');
  const stay = t('Stay Local');
  const title = question.command
    ? t('Easy Adaptation: let commands and completions in "{0}" use the large model?', question.name)
    : t('Easy Adaptation: let completions in "{0}" use the large model?', question.name);
  const detail = sentences(describeSentText(question), describeCost(question));
  const answer =
    how === 'modal'
      ? await window.showInformationMessage(title, { modal: true, detail }, allow, stay)
      : await window.showInformationMessage(sentences(title, detail), allow, stay);
  if (answer === allow) {
    await permissions.allow(question.folder, question.host);
    if (question.command) await permissions.allowCommand(question.folder, question.host, question.command);
  }
  if (answer === stay) await permissions.decline(question.folder, question.host);
  return answer === allow;
}

/**
 * Asks before the first use of a command in a folder that may already call the large model, because the command sends
 * other text than completions.
 * @returns whether the text may be sent
 */
export async function askFirstTime(
  { folder, host, model }: ConsentQuestion,
  command: SendingCommand,
  permissions: Permissions,
): Promise<boolean> {
  if (permissions.mayCommandSend(folder, host, command)) return true;
  const send: UiMessageItem = { title: t('Call the Large Model') };
  const local: UiMessageItem = { title: t('Local Only'), isCloseAffordance: true };
  const title = t('Send this text to {0} at {1}?', model, host);
  const detail = sentBy(command, model, host);
  const answer = await window.showInformationMessage(title, { modal: true, detail }, send, local);
  if (answer !== send) return false;
  await permissions.allowCommand(folder, host, command);
  return true;
}
