// Combines the user's and the workspace's value of a setting: one rule per row of the table.
import { memoryCeiling } from '../../common/memory.ts';

export type Toggles = Readonly<Record<string, boolean>>;

/** The result of `WorkspaceConfiguration.inspect`; levels without a value are absent. */
export interface Levels {
  readonly defaultValue?: unknown;
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** Returns the effective value, from the user's and that of a trusted workspace. */
export type CombineLevels<T> = (user: T, workspace: T) => T;

/**
 * Only the user's value counts: the setting affects money, privacy, memory or time, and no value is the stricter one.
 */
export const usersAlone = <T>(user: T): T => user;
/** Any workspace may set it, trusted or not, because it affects none of these. */
export const workspacesFirst = <T>(_: T, workspace: T): T => workspace;
export const lower: CombineLevels<number> = Math.min;
/** 0 follows the machine's memory: it is compared by what it means. */
export const lowerMemory: CombineLevels<number> = (user, workspace) =>
  memoryCeiling(workspace) < memoryCeiling(user) ? workspace : user;
export const onWhereEither: CombineLevels<boolean> = (user, workspace) => user || workspace;
export const onWhereBoth: CombineLevels<boolean> = (user, workspace) => user && workspace;

/** Parts of documents in which suggestions can be switched off. */
export const parts = ['comment', 'string'] as const;

/** By language: enabled if both enable it. '*' stands for every language that is not listed. */
export const languagesOfBoth: CombineLevels<Toggles> = (user, workspace) =>
  Object.fromEntries(
    [...new Set(['*', ...Object.keys(user), ...Object.keys(workspace)])].map((id) => [
      id,
      isLanguageEnabled(user, id) && isLanguageEnabled(workspace, id),
    ]),
  );

/** The user's exclude globs and the workspace's. */
export const globsOfBoth: CombineLevels<Toggles> = (user, workspace) => ({
  ...user,
  ...Object.fromEntries(Object.entries(workspace).filter(([, on]) => on)),
});

/** @param id of a language; or a part of documents of any language, which '*' does not stand for */
export function isLanguageEnabled(enable: Toggles, id: string): boolean {
  return enable[id] ?? (isPart(id) || (enable['*'] ?? true));
}

const isPart = (id: string) => parts.some((part) => part === id);

export function isToggles(value: unknown): value is Toggles {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((on) => typeof on === 'boolean')
  );
}

/** @param read converts a level's value to the setting's type; undefined if it is absent or invalid */
export function resolve<T>(
  levels: Levels,
  read: (value: unknown) => T | undefined,
  fallback: T,
  beside: CombineLevels<T>,
  trusted: boolean,
): T {
  const byDefault = read(levels.defaultValue) ?? fallback;
  const userValue = read(levels.globalValue) ?? byDefault;
  // As in VS Code, the user's entries are added to the default ones.
  const user = isToggles(byDefault) && isToggles(userValue) ? ({ ...byDefault, ...userValue } as T) : userValue;
  if (!trusted && beside !== workspacesFirst) return user;
  return [levels.workspaceValue, levels.workspaceFolderValue]
    .map(read)
    .filter((value) => value !== undefined)
    .reduce((value, workspace) => beside(value, workspace), user);
}
