// Recognises secret, vendored, generated and binary files by their path.

import fileNamesJson from './file-names.json' with { type: 'json' };
import type { LeftOutReason } from './types.ts';

/** A row of file-names.json. */
interface NameRule {
  readonly reason: string;
  /** Matched against the path relative to the folder, with '/' separators. */
  readonly pattern: string;
  readonly unless?: string;
  /** Case matters. */
  readonly isExact?: boolean;
}

/** The first match wins, so the rules for secret files come first. */
const nameRules: { readonly reason: LeftOutReason; readonly pattern: RegExp; readonly unless: RegExp | undefined }[] =
  [];
for (const { reason, pattern, unless, isExact } of fileNamesJson as readonly NameRule[])
  nameRules.push({
    reason: reason as LeftOutReason,
    pattern: new RegExp(pattern, isExact ? '' : 'i'),
    unless: unless === undefined ? undefined : new RegExp(unless, 'i'),
  });

/** The reason to leave out a file by its path, or undefined if its content must decide. */
export function leftOutByName(path: string): LeftOutReason | undefined {
  return nameRules.find((rule) => rule.pattern.test(path) && !rule.unless?.test(path))?.reason;
}

/** Whether a file is made to hold keys or passwords: it is never used for training, and no prompts are made in it. */
export function isSecretFile(path: string): boolean {
  return leftOutByName(path) === 'secret-file';
}

/** Whether a settings file is left out completely as soon as a secret is found in it. */
export function isSecretFileIfAnyFound(path: string): boolean {
  return /(?:^|\/)(?:\.npmrc|\.yarnrc(?:\.yml)?|pip\.conf|\.condarc|auth\.json|settings\.xml|nuget\.config)$/i.test(
    path,
  );
}
