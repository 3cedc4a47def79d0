// The differences between a copy and its source: replaced words, and their parts in every spelling (`user`, `User`,
// `USER`, `user_name`).

/** How a word of the source was replaced in the copy. */
export type WordOrigin = 'same' | 'mapped' | 'part' | 'unseen';

interface Renamed {
  readonly text: string;
  readonly origin: WordOrigin;
}

interface PartsMapping {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

const PART = /\p{Lu}+(?![\p{Ll}])|\p{Lu}?[\p{Ll}\p{Lo}]+|\p{Lu}+|\p{N}+/gu;

/** The parts of a name: 'getUserName', 'get_user_name' and 'GET_USER_NAME' have three. */
export function partsOf(name: string): string[] {
  return name.match(PART) ?? [];
}

const lower = (parts: readonly string[]) => parts.map((part) => part.toLowerCase());

export class Renaming {
  private readonly words = new Map<string, string>();
  private readonly same = new Set<string>();
  private parts: PartsMapping[] = [];
  /** Words that were replaced by different words at different positions. */
  conflicts = 0;

  get changes(): number {
    return this.words.size;
  }

  /** Records a word of the source, and the word at its position in the copy. */
  learn(from: string, to: string): void {
    if (from === to) {
      this.same.add(from);
      return;
    }
    const earlier = this.words.get(from);
    if ((earlier !== undefined && earlier !== to) || this.same.has(from)) this.conflicts++;
    this.words.set(from, to);
    const mapping = difference(partsOf(from), partsOf(to));
    if (mapping === undefined) return;
    const isKnown = ({ from: known }: PartsMapping) => known.join(' ') === mapping.from.join(' ');
    this.parts = [...this.parts.filter((other) => !isKnown(other)), mapping];
  }

  /** The copy's word for this word of the source. */
  apply(word: string): Renamed {
    const mapped = this.words.get(word);
    if (mapped !== undefined) return { text: mapped, origin: 'mapped' };
    if (this.same.has(word)) return { text: word, origin: 'same' };
    for (const mapping of this.parts) {
      const text = replaceParts(word, mapping);
      if (text !== undefined) return { text, origin: 'part' };
    }
    return { text: word, origin: 'unseen' };
  }
}

/** The parts in which two names differ, without common parts at both ends. */
function difference(from: readonly string[], to: readonly string[]): PartsMapping | undefined {
  const [a, b] = [lower(from), lower(to)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const mapping = { from: a.slice(start, a.length - end), to: b.slice(start, b.length - end) };
  const isTelling = mapping.from.join('').length > 1 && mapping.to.length > 0 && !/^\d+$/.test(mapping.from.join(''));
  return isTelling ? mapping : undefined;
}

/** The name with the mapping's parts replaced in the name's own spelling; undefined if it lacks them. */
function replaceParts(name: string, { from, to }: PartsMapping): string | undefined {
  const found = [...name.matchAll(PART)];
  const parts = lower(found.map(([part]) => part));
  for (let at = 0; at + from.length <= parts.length; at++) {
    const end = at + from.length - 1;
    let isHere = from.slice(0, -1).every((part, i) => parts[at + i] === part);
    const last = from.at(-1) as string;
    // A plural keeps its ending.
    const plural = parts[end] === `${last}s` ? 's' : '';
    isHere &&= parts[end] === last || plural !== '';
    if (!isHere) continue;
    const [first, final] = [found[at] as RegExpExecArray, found[end] as RegExpExecArray];
    const written = spell(
      to,
      found.slice(at, end + 1).map(([part]) => part),
      name,
    );
    return name.slice(0, first.index) + written + plural + name.slice(final.index + final[0].length);
  }
  return undefined;
}

/** Writes the parts in the spelling of the parts that they replace in `name`. */
function spell(parts: readonly string[], old: readonly string[], name: string): string {
  const first = old[0] as string;
  const isUpper = first.length > 1 && first === first.toUpperCase() && first !== first.toLowerCase();
  const separator = name.includes('_') || (isUpper && old.length === 1) ? '_' : '';
  const isCapital = /^\p{Lu}/u.test(first);
  const later = old[1] === undefined ? separator === '' : /^\p{Lu}/u.test(old[1]);
  return parts
    .map((part, i) => {
      if (isUpper) return part.toUpperCase();
      const capital = i === 0 ? isCapital : later;
      return capital ? part.slice(0, 1).toUpperCase() + part.slice(1) : part;
    })
    .join(separator);
}
