// Files that nothing is learned from, but that say what must be masked elsewhere: `.env`, key stores as text, settings
// that
// git ignores. What stands in them is the likeliest to stand in some other file too. They are read for that alone.

import type { SecretValues } from '../secrets/known/known.ts';
import { findSecrets, type SecretRange } from '../secrets/mask.ts';
import { decodeText } from './decode.ts';
import { isSecretFile, leftOutByName } from './file-names.ts';
import type { FolderReader } from './folder-reader.ts';
import type { Yielder } from './yielder.ts';

/** Nobody keeps secrets by the megabyte, or in more files than this. */
const maxBytes = 256_000;
const maxFiles = 1000;
/** Entries of an ignored folder that are looked at. */
const maxEntries = 200;

/** Of what is ignored: settings and scripts, not data or output. */
const settingsFile =
  /\.(?:ya?ml|jsonc?|json5|toml|ini|cfg|conf|config|properties|xml|plist|txt|sh|bash|zsh|ps1|bat|cmd|sql|local|http|rest|ipynb|har)$|(?:^|\/)\.[^/.]+rc$|(?:^|\/)\.?env[^/]*$/i;
/** Of ignored folders those whose name says that they hold such. */
const settingsFolder =
  /(?:^|\/)\.?(?:secrets?|credentials?|creds|private|keys?|certs?|envs?|config|conf|settings|local|aws|azure|docker|kube|ssh|deploy|ops)\/$/i;
/** In a file that is made to hold secrets, a name and a value. */
const assignment = /^[ \t]*(?:export[ \t]+)?["']?[\w.-]+["']?[ \t]*[=:][ \t]*["']?([^\s"']{8,400})["']?[ \t,;]*$/gm;

/**
 * Adds what the left-out files say to `secrets`.
 * @param leftOut paths relative to the folder that were listed and not harvested; folders, which nobody looked into,
 * end in '/'
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
  // Those made for secrets first.
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

/** Files right in a folder; links are not followed. */
async function filesIn(reader: FolderReader, folder: string): Promise<string[]> {
  const entries = (await reader.list(folder.replace(/\/$/, ''), maxEntries)) ?? [];
  return entries.flatMap((entry) => (entry.isFile() ? [`${folder}${entry.name}`] : []));
}

/**
 * Addresses, paths, versions, dates, references, and names made of words and numbers ('us-east-1', 'model-4-20250514').
 */
const plainValue =
  /^[a-z][a-z0-9+.-]*:\/\/|^[./~]|^[\w-]+(?:[./:][\w-]+)+\/?$|^[\d.,:TZ+-]+$|\$\{?\w|^[a-z]{0,3}\d*$|^(?:[a-z]+|\d+|[a-z]\d{1,3})(?:[-_](?:[a-z]+|\d+|[a-z]\d{1,3}))+$/i;

/** In a file made for secrets a value need not have a telling name, if it is none of the plain ones. */
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
