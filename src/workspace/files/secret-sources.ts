// Reads files that are not used for training, to find secrets that must be redacted in other files: `.env`, key stores
// as text, settings that git ignores. Their secrets are the most likely to occur in other files, too.

import type { SecretValues } from '../secrets/known/known.ts';
import { findSecrets, type SecretRange } from '../secrets/mask.ts';
import { decodeText } from './decode.ts';
import { isSecretFile, leftOutByName } from './file-names.ts';
import type { FolderReader } from './folder-reader.ts';
import type { Yielder } from './yielder.ts';

/** Maximum size of a file, bytes, and number of files. Real files for secrets are smaller and fewer. */
const maxBytes = 256_000;
const maxFiles = 1000;
/** Maximum number of entries that are read of an ignored folder. */
const maxEntries = 200;

/** Ignored files that are read: settings and scripts, not data or output. */
const settingsFile =
  /\.(?:ya?ml|jsonc?|json5|toml|ini|cfg|conf|config|properties|xml|plist|txt|sh|bash|zsh|ps1|bat|cmd|sql|local|http|rest|ipynb|har)$|(?:^|\/)\.[^/.]+rc$|(?:^|\/)\.?env[^/]*$/i;
/** Ignored folders that are read: those whose name announces such files or secrets. */
const settingsFolder =
  /(?:^|\/)\.?(?:secrets?|credentials?|creds|private|keys?|certs?|envs?|config|conf|settings|local|aws|azure|docker|kube|ssh|deploy|ops)\/$/i;
/** A name and its value, in a file that is made to hold secrets. */
const assignment = /^[ \t]*(?:export[ \t]+)?["']?[\w.-]+["']?[ \t]*[=:][ \t]*["']?([^\s"']{8,400})["']?[ \t,;]*$/gm;

/**
 * Adds the secrets in the left-out files to `secrets`.
 * @param leftOut paths relative to the folder that were listed but not harvested; unread folders end in '/'
 */
export async function learnFromLeftOut(
  reader: FolderReader,
  leftOut: readonly string[],
  secrets: SecretValues,
  yielder: Yielder,
): Promise<void> {
  const paths = leftOut.filter((path) => !path.endsWith('/'));
  for (const folder of leftOut) if (settingsFolder.test(folder)) paths.push(...(await filesIn(reader, folder)));
  const wanted = paths.filter(
    (path) => isSecretFile(path) || (settingsFile.test(path) && leftOutByName(path) === undefined),
  );
  // Files for secrets come first, because the number of files is limited.
  wanted.sort((a, b) => Number(isSecretFile(b)) - Number(isSecretFile(a)) || (a < b ? -1 : 1));
  for (const path of wanted.slice(0, maxFiles)) {
    await yielder.yieldIfDue();
    const read = await reader.read(path, maxBytes);
    const text = 'leftOut' in read ? undefined : decodeText(read.bytes);
    if (text === undefined) continue;
    secrets.learn(findSecrets(text, path));
    if (isSecretFile(path)) secrets.learn(assigned(text));
  }
}

/** Files directly in a folder, without links. */
async function filesIn(reader: FolderReader, folder: string): Promise<string[]> {
  const entries = (await reader.list(folder.replace(/\/$/, ''), maxEntries)) ?? [];
  return entries.flatMap((entry) => (entry.isFile() ? [`${folder}${entry.name}`] : []));
}

/**
 * Values that are not secrets: addresses, paths, versions, dates, references, and names made of words and numbers
 * ('us-east-1', 'model-4-20250514').
 */
const plainValue =
  /^[a-z][a-z0-9+.-]*:\/\/|^[./~]|^[\w-]+(?:[./:][\w-]+)+\/?$|^[\d.,:TZ+-]+$|\$\{?\w|^[a-z]{0,3}\d*$|^(?:[a-z]+|\d+|[a-z]\d{1,3})(?:[-_](?:[a-z]+|\d+|[a-z]\d{1,3}))+$/i;

/**
 * Values in a file for secrets, whatever their names: those that mix letters with digits or symbols, except plain
 * values.
 */
function assigned(text: string): SecretRange[] {
  return [...text.matchAll(assignment)].flatMap((match): SecretRange[] => {
    const value = match[1] as string;
    const start = match.index + match[0].lastIndexOf(value);
    const mixed =
      /[A-Za-z]/.test(value) && (/(?:\d.*){3}/.test(value) || (/\d/.test(value) && /[!@#%^&*+=?~|]/.test(value)));
    if (!mixed || plainValue.test(value)) return [];
    return [{ start, end: start + value.length, value, kind: 'value in a file for secrets', isDistinctive: true }];
  });
}
