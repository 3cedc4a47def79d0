// Collects secrets from left-out files: `.env`, key stores as text, settings that git ignores. Their secrets are the
// likeliest to occur in other files too. These files are read only for this purpose, never for training.

import { findSecrets, type SecretRange, type SecretValues } from '../secrets/secrets.ts';
import { decodeText } from './examine.ts';
import { isSecretFile, leftOutByName } from './file-names.ts';
import type { FolderReader } from './folder-reader.ts';
import type { YieldIfDue } from './yielding.ts';

/** Limits per file and in total. Files with secrets are usually far below them. */
const maxBytes = 256_000;
const maxFiles = 1000;
/** Maximum number of entries examined in an ignored folder. */
const maxEntries = 200;

/** Ignored files that are examined: settings and scripts, not data or output. */
const settingsFile =
  /\.(?:ya?ml|jsonc?|json5|toml|ini|cfg|conf|config|properties|xml|plist|txt|sh|bash|zsh|ps1|bat|cmd|sql|local|http|rest|ipynb|har)$|(?:^|\/)\.[^/.]+rc$|(?:^|\/)\.?env[^/]*$/i;
/** Ignored folders that are examined: their names suggest settings or secrets. */
const settingsFolder =
  /(?:^|\/)\.?(?:secrets?|credentials?|creds|private|keys?|certs?|envs?|config|conf|settings|local|aws|azure|docker|kube|ssh|deploy|ops)\/$/i;
/** A name and its value in a secret file. */
const assignment = /^[ \t]*(?:export[ \t]+)?["']?[\w.-]+["']?[ \t]*[=:][ \t]*["']?([^\s"']{8,400})["']?[ \t,;]*$/gm;

/**
 * Adds the secrets of left-out files to `secrets`.
 * @param leftOut paths of listed but not harvested files, relative to the folder. Folders end in '/'; their content was
 * not listed.
 */
export async function learnFromLeftOut(
  reader: FolderReader,
  leftOut: readonly string[],
  secrets: SecretValues,
  yieldIfDue: YieldIfDue,
): Promise<void> {
  const paths = leftOut.filter((path) => !path.endsWith('/'));
  for (const folder of leftOut) if (settingsFolder.test(folder)) paths.push(...(await filesIn(reader, folder)));
  const secretPaths = paths.filter(
    (path) =>
      isSecretFile(path) || (settingsFile.test(path) && (leftOutByName(path) === undefined || path.endsWith('.ipynb'))),
  );
  // Secret files come first.
  secretPaths.sort((a, b) => Number(isSecretFile(b)) - Number(isSecretFile(a)) || (a < b ? -1 : 1));
  for (const path of secretPaths.slice(0, maxFiles)) {
    await yieldIfDue();
    const read = await reader.read(path, maxBytes);
    const text = 'leftOut' in read ? undefined : decodeText(read.bytes);
    if (text !== undefined) learnText(secrets, path, text);
  }
}

/** Adds a text's secrets, and all values of a secret file. */
export function learnText(secrets: SecretValues, path: string, text: string): void {
  secrets.learn(findSecrets(text, path));
  if (isSecretFile(path)) secrets.learn(assignedValues(text));
}

/** The files directly in a folder. Links are not followed. */
async function filesIn(reader: FolderReader, folder: string): Promise<string[]> {
  const entries = (await reader.list(folder.replace(/\/$/, ''), maxEntries)) ?? [];
  return entries.flatMap((entry) => (entry.isFile() ? [`${folder}${entry.name}`] : []));
}

/** URLs, paths, versions, dates, references, and names made of words and numbers ('us-east-1', 'model-4-20250514'). */
const plainValue =
  /^[a-z][a-z0-9+.-]*:\/\/|^[./~]|^[\w-]+(?:[./:][\w-]+)+\/?$|^[\d.,:TZ+-]+$|\$\{?\w|^[a-z]{0,3}\d*$|^(?:[a-z]+|\d+|[a-z]\d{1,3})(?:[-_](?:[a-z]+|\d+|[a-z]\d{1,3}))+$/i;

/** The values in a secret file that are not plain. They count even if their names do not suggest a secret. */
function assignedValues(text: string): SecretRange[] {
  return [...text.matchAll(assignment)].flatMap((match): SecretRange[] => {
    const value = match[1] as string;
    const start = match.index + match[0].lastIndexOf(value);
    const hasLettersAndDigits =
      /[A-Za-z]/.test(value) && (/(?:\d.*){3}/.test(value) || (/\d/.test(value) && /[!@#%^&*+=?~|]/.test(value)));
    if (!hasLettersAndDigits || plainValue.test(value)) return [];
    return [{ start, end: start + value.length, value, isDistinctive: true }];
  });
}
