// What counts of one setting's values, the user's own and those that a workspace brings along: a rule per row of the table.

export type Toggles = Readonly<Record<string, boolean>>;

/** A setting as `WorkspaceConfiguration.inspect` tells it; a level that does not set it is absent. */
export interface Levels {
  readonly defaultValue?: unknown;
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** The value that counts where the user's is `user` and a workspace, trusted, asks for another. */
export type Beside<T> = (user: T, workspace: T) => T;

/** Costs money, privacy, memory or time in a way that has no stricter side, or is nobody's business but the user's. */
export const usersAlone = <T>(user: T): T => user;
/** Costs nothing either way: a workspace may set it as it likes, trusted or not. */
export const workspacesFirst = <T>(_: T, workspace: T): T => workspace;
export const lower: Beside<number> = Math.min;
export const higher: Beside<number> = Math.max;
export const onWhereEither: Beside<boolean> = (user, workspace) => user || workspace;
export const onWhereBoth: Beside<boolean> = (user, workspace) => user && workspace;

/** By language: on where both have it on. '*' stands for every language that is not listed. */
export const languagesOfBoth: Beside<Toggles> = (user, workspace) =>
  Object.fromEntries(
    [...new Set(['*', ...Object.keys(user), ...Object.keys(workspace)])].map((id) => [
      id,
      isLanguageEnabled(user, id) && isLanguageEnabled(workspace, id),
    ]),
  );

/** Globs of what is left out: the user's, and what a workspace leaves out beside them. */
export const globsOfBoth: Beside<Toggles> = (user, workspace) => ({
  ...user,
  ...Object.fromEntries(Object.entries(workspace).filter(([, on]) => on)),
});

export function isLanguageEnabled(enable: Toggles, languageId: string): boolean {
  return enable[languageId] ?? enable['*'] ?? true;
}

export function isToggles(value: unknown): value is Toggles {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((on) => typeof on === 'boolean')
  );
}

/**
 * @param read a level's value as the setting's type has it; undefined where it is absent or nothing that the setting can be,
 * so that a typo in settings.json breaks nothing
 */
export function resolve<T>(
  levels: Levels,
  read: (value: unknown) => T | undefined,
  fallback: T,
  beside: Beside<T>,
  trusted: boolean,
): T {
  const byDefault = read(levels.defaultValue) ?? fallback;
  const own = read(levels.globalValue) ?? byDefault;
  // As VS Code does: what the user lists is added to what is listed by default.
  const user = isToggles(byDefault) && isToggles(own) ? ({ ...byDefault, ...own } as T) : own;
  if (!trusted && beside !== workspacesFirst) return user;
  return [levels.workspaceValue, levels.workspaceFolderValue]
    .map(read)
    .filter((value) => value !== undefined)
    .reduce((value, workspace) => beside(value, workspace), user);
}
