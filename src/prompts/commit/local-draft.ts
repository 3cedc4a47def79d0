// A commit message without a large model: the names that were added, changed or removed, in the form of the folder's
// messages.

export interface ChangedFile {
  readonly path: string;
  /** 'A', 'M', 'D', 'T'. */
  readonly status: string;
  readonly diff: string;
}

/** Maximum number of names in a subject, and its maximum length, UTF-16 units. */
const MAX_NAMES = 3;
const MAX_SUBJECT = 72;

/**
 * @param nearest messages of the folder, most similar first; empty without history
 * @param additions messages that added files to the same folders, which decide the form if there are any
 */
export function localDraft(
  files: readonly ChangedFile[],
  nearest: readonly string[],
  additions: readonly string[] = [],
): string {
  const { type, scope, isCapital, hasStop } = conventionOf(additions.length > 0 ? additions : nearest);
  const [verb, what] = changeOf(files);
  const text = `${isCapital ? verb : verb.toLowerCase()} ${what}`;
  const head = type === undefined ? '' : `${typeFor(files, type)}${scope === undefined ? '' : `(${scope})`}: `;
  const room = MAX_SUBJECT - head.length - Number(hasStop);
  const cut = text.length <= room ? text : `${text.slice(0, room - 1).replace(/[\s,]+\S*$/, '')}…`;
  return `${head}${cut}${hasStop ? '.' : ''}`;
}

/** The usual type of similar commits, unless all files are tests or documentation. */
function typeFor(files: readonly ChangedFile[], usual: string): string {
  const all = (pattern: RegExp) => files.every(({ path }) => pattern.test(path));
  if (all(/(^|\/)(tests?|__tests__|spec)\/|[._-](test|spec)\.\w+$/i)) return 'test';
  if (all(/\.(md|mdx|rst|adoc)$/i)) return 'docs';
  return usual;
}

function changeOf(files: readonly ChangedFile[]): [verb: string, what: string] {
  const only = (status: string) => files.every((file) => file.status === status);
  if (only('A')) return ['Add', listed(files.map(({ path }) => nameOf(path)))];
  if (only('D')) return ['Remove', listed(files.map(({ path }) => nameOf(path)))];
  const names = (sign: string) => new Set(files.flatMap(({ diff }) => definitionsIn(diff, sign)));
  const [plus, minus] = [names('+'), names('-')];
  const added = [...plus].filter((name) => !minus.has(name));
  const removed = [...minus].filter((name) => !plus.has(name));
  const where = listed(files.map(({ path }) => nameOf(path)));
  if (added.length > 0) return ['Add', `${listed(added)} to ${where}`];
  if (removed.length > 0) return ['Remove', `${listed(removed)} from ${where}`];
  return ['Update', where];
}

/** Functions, classes and types defined in lines with this sign. */
function definitionsIn(diff: string, sign: string): string[] {
  const pattern =
    /^\s*(?:(?:export|public|private|protected|static|async|default|pub|abstract)\s+)*(?:function|class|interface|type|enum|struct|trait|def|fn|func)\s+([\p{L}_][\p{L}\p{N}_]*)/u;
  return diff.split('\n').flatMap((line) => (line.startsWith(sign) ? (pattern.exec(line.slice(1))?.[1] ?? []) : []));
}

function listed(names: readonly string[]): string {
  const [shown, left] = [names.slice(0, MAX_NAMES), names.length - MAX_NAMES];
  if (left > 0) return `${shown.join(', ')} and ${left} more`;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path;
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

interface Convention {
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
function conventionOf(messages: readonly string[]): Convention {
  const subjects = messages.map(subjectOf);
  const rows = subjects.flatMap((subject) => {
    const row = conventional.exec(subject);
    return row ? [row] : [];
  });
  const isTyped = rows.length * 2 > subjects.length;
  const rest = isTyped ? rows.map((row) => row[3] ?? '') : subjects;
  const most = (of: readonly string[], has: (text: string) => boolean) => of.filter(has).length * 2 > of.length;
  const scoped = rows.flatMap((row) => row[2] ?? []);
  return {
    type: isTyped ? commonest(rows.map((row) => row[1] ?? '')) : undefined,
    scope: isTyped && scoped.length * 2 > rows.length ? commonest(scoped) : undefined,
    isCapital: rest.length === 0 || most(rest, (text) => /^\p{Lu}/u.test(text)),
    hasStop: most(subjects, (text) => text.endsWith('.')),
  };
}

function subjectOf(message: string): string {
  return message.split('\n', 1)[0]?.trim() ?? '';
}

function commonest(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
