// The style of a folder's commit messages: which earlier commits touched similar paths, and what their messages share.

export interface PastMessage {
  readonly message: string;
  /** Paths that the commit touched, '/' between names. */
  readonly paths: readonly string[];
}

/** Similarity lost per commit of age, so that recent messages count more. */
const AGE_COST = 0.0005;

/** The messages whose commits touched the most similar paths, most similar first. @param past newest first */
export function nearestMessages<T extends PastMessage>(
  past: readonly T[],
  paths: readonly string[],
  count: number,
): T[] {
  const own = foldersByDepth(paths);
  return past
    .map((item, age) => ({ item, near: likeness(own, foldersByDepth(item.paths)) - AGE_COST * age }))
    .sort((a, b) => b.near - a.near)
    .slice(0, count)
    .map(({ item }) => item);
}

/** The commits that added a file to the folder of one of these new files, newest first. @param past newest first */
export function additionsBeside<T extends { readonly added: readonly string[] }>(
  past: readonly T[],
  paths: readonly string[],
): T[] {
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
  const folders = new Set(paths.map(folderOf));
  return past.filter(({ added }) => added.some((path) => folders.has(folderOf(path))));
}

/** Each path and its parent folders, weighted by depth: a file counts more than a folder that all share. */
function foldersByDepth(paths: readonly string[]): Map<string, number> {
  const depths = new Map<string, number>();
  for (const path of paths) {
    const parts = path.split('/');
    parts.forEach((_, i) => void depths.set(parts.slice(0, i + 1).join('/'), i + 1));
  }
  return depths;
}

/** Weighted Jaccard index, 0..1. */
function likeness(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let [both, all] = [0, 0];
  for (const [path, weight] of a) {
    all += weight;
    if (b.has(path)) both += weight;
  }
  for (const [path, weight] of b) if (!a.has(path)) all += weight;
  return all === 0 ? 0 : both / all;
}

export interface Convention {
  /** 'fix' of 'fix(parser): no loop'; undefined unless most messages have a type. */
  readonly type: string | undefined;
  readonly scope: string | undefined;
  /** Whether the text after the type begins with a capital letter. */
  readonly isCapital: boolean;
  /** Whether the subject ends with a full stop. */
  readonly hasStop: boolean;
}

const conventional = /^(\w+)(?:\(([^)]+)\))?!?:\s+(\S.*)$/;

/** The form of most messages. @param messages most similar first, which decides ties */
export function conventionOf(messages: readonly string[]): Convention {
  const subjects = messages.map(subjectOf);
  const parsed = subjects.flatMap((subject) => conventional.exec(subject) ?? []);
  const typed = subjects.filter((subject) => conventional.test(subject));
  const isTyped = typed.length * 2 > subjects.length;
  const rows = typed.map((subject) => conventional.exec(subject) as RegExpExecArray);
  const rest = isTyped && parsed.length > 0 ? rows.map((row) => row[3] ?? '') : subjects;
  const most = (of: readonly string[], has: (text: string) => boolean) => of.filter(has).length * 2 > of.length;
  const scoped = rows.flatMap((row) => row[2] ?? []);
  return {
    type: isTyped ? commonest(rows.map((row) => row[1] ?? '')) : undefined,
    scope: isTyped && scoped.length * 2 > rows.length ? commonest(scoped) : undefined,
    isCapital: rest.length === 0 || most(rest, (text) => /^\p{Lu}/u.test(text)),
    hasStop: most(subjects, (text) => text.endsWith('.')),
  };
}

export function subjectOf(message: string): string {
  return message.split('\n', 1)[0]?.trim() ?? '';
}

function commonest(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
