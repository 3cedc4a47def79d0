// How a folder writes its commit messages: which of the earlier ones touched the same places, and what they have in common.

export interface PastMessage {
  readonly message: string;
  /** That it touched, '/' between names. */
  readonly paths: readonly string[];
}

/** Each commit back costs so much likeness: what was written lately counts for more. */
const AGE = 0.0005;

/** Of the messages, newest first, those whose commits touched paths that are most like these; nearest first. */
export function nearestMessages<T extends PastMessage>(
  past: readonly T[],
  paths: readonly string[],
  count: number,
): T[] {
  const own = placesOf(paths);
  return past
    .map((item, age) => ({ item, near: likeness(own, placesOf(item.paths)) - AGE * age }))
    .sort((a, b) => b.near - a.near)
    .slice(0, count)
    .map(({ item }) => item);
}

/** Each path and the folders above it, by how deep they are: a file counts for more than the folder that all have in common. */
function placesOf(paths: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const path of paths) {
    const parts = path.split('/');
    parts.forEach((_, i) => void places.set(parts.slice(0, i + 1).join('/'), i + 1));
  }
  return places;
}

/** Weighed Jaccard, 0..1. */
function likeness(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let [both, all] = [0, 0];
  for (const [place, weight] of a) {
    all += weight;
    if (b.has(place)) both += weight;
  }
  for (const [place, weight] of b) if (!a.has(place)) all += weight;
  return all === 0 ? 0 : both / all;
}

export interface Convention {
  /** 'fix' of 'fix(parser): no loop', where most messages have one. */
  readonly type: string | undefined;
  readonly scope: string | undefined;
  /** What follows begins with a capital. */
  readonly isCapital: boolean;
  /** The subject ends with a full stop. */
  readonly hasStop: boolean;
}

const conventional = /^(\w+)(?:\(([^)]+)\))?!?:\s+(.+)$/;

/** What most of the messages do, nearest first; ties go to the nearer. */
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
