// A commit message without a large model: the names that were added, changed or removed, in the form of the folder's
// messages.
import { plainLine } from '../../common/plain-text.ts';

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
  const { type, scope, colon, ending, isCapital, hasStop } = conventionOf(additions.length > 0 ? additions : nearest);
  const [plain, what] = changeOf(files);
  const verb = ending === 's' ? `${plain}s` : ending === '' ? plain : `${plain.replace(/e$/, '')}${ending}`;
  // Names and messages may hold control characters and line ends, which would forge a trailer.
  const text = plainLine(`${isCapital ? verb : verb.toLowerCase()} ${what}`);
  const head = type === undefined ? '' : `${typeFor(files, type)}${scope === undefined ? '' : `(${scope})`}${colon} `;
  const room = MAX_SUBJECT - head.length - Number(hasStop);
  const cut = text.length <= room ? text : `${text.slice(0, room - 1).replace(/[\s,]+\S*$/, '')}…`;
  return `${head}${cut}${hasStop ? '.' : ''}`;
}

/** Types that say what kind of change it is, not where. */
const kindOfChange = /^(?:build|chore|ci|docs|feat|fix|perf|refactor|style|test)$/;

/** The usual type of similar commits, unless all files are tests or documentation. */
function typeFor(files: readonly ChangedFile[], usual: string): string {
  if (!kindOfChange.test(usual)) return usual;
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
  /** 'fix' of 'fix(parser): no loop', or an area: 'net/http', '[docs]'; undefined unless most messages have one. */
  readonly type: string | undefined;
  readonly scope: string | undefined;
  /** What follows them: ':', or '' behind brackets. */
  readonly colon: string;
  /** How verbs end, as in 'Adds', 'Added', 'Adding'; '' : the imperative. */
  readonly ending: (typeof ENDINGS)[number] | '';
  /** Whether the text after the type begins with a capital letter. */
  readonly isCapital: boolean;
  /** Whether the subject ends with a full stop. */
  readonly hasStop: boolean;
}

/** Usual verbs of subjects, without a last 'e'. Other words may end like a verb: 'tests', 'string'. */
const STEMS = 'add|allow|chang|clean|creat|delet|fix|handl|improv|introduc|mov|remov|renam|replac|support|updat|us';
const ENDINGS = ['ed', 'ing', 's'] as const;
const conventional = /^(\[[^\]]{1,30}\]|[\w./-]{1,40})(?:\(([^)]+)\))?(?:!?(:)|(?<=\]))\s+(\S.*)$/;

/** The form of most messages. @param messages most similar first, which decides ties */
function conventionOf(messages: readonly string[]): Convention {
  const subjects = messages.map((message) => plainLine(message.split('\n', 1)[0] ?? ''));
  const rows = subjects.flatMap((subject) => {
    const row = conventional.exec(subject);
    return row ? [row] : [];
  });
  const isTyped = rows.length * 2 > subjects.length;
  const rest = isTyped ? rows.map((row) => row[4] ?? '') : subjects;
  const most = (of: readonly string[], has: (text: string) => boolean) => of.filter(has).length * 2 > of.length;
  const scoped = rows.flatMap((row) => row[2] ?? []);
  return {
    type: isTyped ? commonest(rows.map((row) => row[1] ?? '')) : undefined,
    scope: isTyped && scoped.length * 2 > rows.length ? commonest(scoped) : undefined,
    colon: commonest(rows.map((row) => row[3] ?? '')) ?? ':',
    ending: ENDINGS.find((end) => most(rest, (text) => new RegExp(`^(?:${STEMS})e?${end}\\b`, 'i').test(text))) ?? '',
    isCapital: rest.length === 0 || most(rest, (text) => /^\p{Lu}/u.test(text)),
    hasStop: most(subjects, (text) => text.endsWith('.')),
  };
}

function commonest(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
