// Texts that may take a regular expression long: its own pieces repeated, with and without what stands before them, and
// an end that does not match.

type Node =
  | { readonly kind: 'atom'; readonly source: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly inner: Node; readonly min: number; readonly max: number };

/** A text that grows with its number of repetitions. */
export interface GrowingText {
  readonly before: string;
  readonly repeated: string;
  readonly after: string;
}

/** Loops of fewer rounds cannot take long by themselves. */
const FEW_ROUNDS = 20;
/** Members of a class, and ways through a choice, that are tried. */
const MOST_MEMBERS = 3;
const MOST_SAMPLES = 4;
/** Ends that hardly any expression allows. */
const ENDS = ['', '\u0001', '\n', '!'];
/** Characters that are tried as members of a class: first those that occur in many classes. */
const ALPHABET = [...'a A0_ \t\n-./:="\'`,;(){}[]<>@#$%&*+?|~^\\!bzBZ19éüж漢あ\u200b\u00a0\u0000\u001b\u202e\u{1f600}'];

/** Repeated for every expression. */
const COMMON = [
  ...' aA0\t\n"\'`\\()[]{}<>/.-_:=,;#*@$|!?'.split(''),
  ...[...'aA a0 "\\ "a <a </a /* //a ://a ]( ${ {a (a a. a= a:'.split(' '), 'a ', 'a\n', ' \n', '\r\n', '- '],
];

export function growingTexts(expression: RegExp): GrowingText[] {
  const tree = new PatternParser(expression.source, expression.flags).parse();
  const texts = new Map<string, GrowingText>();
  const add = (before: string, repeated: string) => {
    if (repeated === '') return;
    for (const after of ENDS) texts.set(JSON.stringify([before, repeated, after]), { before, repeated, after });
  };
  const members = (source: string) => membersOf(source, expression.flags);
  for (const piece of COMMON) add('', piece);
  for (const { before, loop } of loopsOf(tree, members)) {
    const pieces = samples(loop, members);
    for (const piece of pieces) {
      add(before, piece);
      add('', before + piece);
      for (const other of pieces) if (other !== piece) add(before, piece + other);
    }
    add('', before);
  }
  return [...texts.values()];
}

/** Each loop and the end of each part, with a text that matches what stands before it. */
function loopsOf(
  node: Node,
  members: (source: string) => string[],
  before = '',
): { readonly before: string; readonly loop: Node }[] {
  switch (node.kind) {
    case 'atom':
    case 'empty':
      return [];
    case 'choice':
      return node.options.flatMap((option) => loopsOf(option, members, before));
    case 'repeat':
      return [
        ...(node.max >= FEW_ROUNDS ? [{ before, loop: node.inner }] : []),
        ...loopsOf(node.inner, members, before),
      ];
    case 'sequence': {
      let read = before;
      return node.parts.flatMap((part) => {
        const found = loopsOf(part, members, read);
        read += samples(part, members)[0] ?? '';
        return [...found, { before: read, loop: { kind: 'empty' } as const }];
      });
    }
  }
}

/** Some texts that match a part, each loop once or as often as it must. */
function samples(node: Node, members: (source: string) => string[]): string[] {
  switch (node.kind) {
    case 'empty':
      return [''];
    case 'atom':
      return members(node.source);
    case 'choice':
      return [...new Set(node.options.flatMap((option) => samples(option, members).slice(0, MOST_MEMBERS)))].slice(
        0,
        2 * MOST_SAMPLES,
      );
    case 'repeat':
      return samples(node.inner, members).map((text) => text.repeat(Math.max(1, Math.min(node.min, FEW_ROUNDS))));
    case 'sequence': {
      const columns = node.parts.map((part) => samples(part, members)).filter((column) => column.length > 0);
      const rows = Math.min(MOST_SAMPLES, Math.max(1, ...columns.map(({ length }) => length)));
      return Array.from({ length: rows }, (_, row) => columns.map((column) => column[row % column.length]).join(''));
    }
  }
}

function membersOf(source: string, flags: string): string[] {
  const literal = /^[^\\[.]$/u.exec(source)?.[0];
  if (literal !== undefined) return [literal];
  const whole = new RegExp(`^(?:${source})$`, flags.replace(/[gy]/g, ''));
  return ALPHABET.filter((character) => whole.test(character)).slice(0, MOST_MEMBERS);
}

/** Reads a valid pattern. */
class PatternParser {
  private readonly source: string;
  private readonly unicode: boolean;
  private at = 0;

  constructor(source: string, flags: string) {
    this.source = source;
    this.unicode = /[uv]/.test(flags);
  }

  parse(): Node {
    const options: Node[] = [this.sequence()];
    while (this.source[this.at] === '|') {
      this.at++;
      options.push(this.sequence());
    }
    return options.length === 1 ? (options[0] as Node) : { kind: 'choice', options };
  }

  private sequence(): Node {
    const parts: Node[] = [];
    while (this.at < this.source.length && !'|)'.includes(this.source[this.at] as string))
      parts.push(this.quantified(this.atom()));
    return { kind: 'sequence', parts };
  }

  private quantified(inner: Node): Node {
    const [text, sign, low, comma, high] =
      /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.source.slice(this.at, this.at + 24)) ?? [];
    if (text === undefined) return inner;
    this.at += text.length;
    if (sign !== undefined)
      return { kind: 'repeat', inner, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
    const max = comma === '' ? Number(low) : high === '' ? Infinity : Number(high);
    return { kind: 'repeat', inner, min: Number(low), max };
  }

  private atom(): Node {
    const { source } = this;
    const from = this.at;
    switch (source[from]) {
      case '(': {
        this.at += /^\((?:\?(?:[:=!]|<[=!]|<[^>]+>))?/.exec(source.slice(from, from + 80))?.[0].length ?? 1;
        const isAside = /^\(\?(?:<?!|=)/.test(source.slice(from, from + 4));
        const inner = this.parse();
        this.at++;
        // Its loops are tried, and its text does not stand before the rest.
        return isAside ? { kind: 'choice', options: [{ kind: 'empty' }, inner] } : inner;
      }
      case '^':
      case '$':
        this.at++;
        return { kind: 'empty' };
      case '[':
        this.at = this.classEnd(from);
        return { kind: 'atom', source: source.slice(from, this.at) };
      case '\\': {
        const [escaped = '\\'] =
          /^\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[\da-f]{4}(?:\\u[dD][c-fC-F][\da-f]{2})?|x[\da-f]{2}|c[a-z]|k<[^>]+>|\d+|.)/is.exec(
            source.slice(from, from + 60),
          ) ?? [];
        this.at += escaped.length;
        return /^\\(?:[bBk]|[1-9])/.test(escaped) ? { kind: 'empty' } : { kind: 'atom', source: escaped };
      }
      default: {
        const character = this.unicode ? String.fromCodePoint(source.codePointAt(from) as number) : source[from];
        this.at += (character as string).length;
        return { kind: 'atom', source: character as string };
      }
    }
  }

  private classEnd(from: number): number {
    for (let at = from; at < this.source.length; at++) {
      if (this.source[at] === '\\') at++;
      else if (at > from && this.source[at] === ']') return at + 1;
    }
    return this.source.length;
  }
}
