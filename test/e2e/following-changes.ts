// Changes with a consequence that differs in text, and the large model's answers about it.

/** A text that is typed over another one, or behind it if it begins with it; or at the beginning of a line's text. */
export interface Typing {
  readonly old: string;
  readonly text: string;
  /** 1-based. Absent: where `old` stands. */
  readonly at?: { readonly line: number; readonly column: number };
}

export interface Following {
  readonly name: string;
  readonly path: string;
  readonly before: string;
  readonly typed: readonly Typing[];
  /** The change as the prompt shows it when it is finished: a part of its new lines. */
  readonly finished: string;
  /** In the form that the prompt demands. */
  readonly answer: string;
}

/** What follows, and how it is offered. */
export interface Offered extends Following {
  /** Percent. */
  readonly sure: number;
  /** The consequence: a text of the file, and the one that replaces it. */
  readonly follows: readonly [old: string, text: string];
  /** 1-based, where the hint leads to. */
  readonly line: number;
  /** Where the cursor stands before a line's text, Tab indents. */
  readonly key: 'Tab' | 'Alt+Enter';
  /** What is drawn at the place: an insertion alone, or the lines that replace others. */
  readonly drawn: RegExp;
  /** The new lines that are ghost text at the place; absent: the edit fits into its line. */
  readonly lines?: string;
}

const answered = (sure: number, old: string, text: string) =>
  `<old>\n${old}\n</old>\n<new>\n${text}\n</new>\n<sure>${sure}</sure>`;

const list: Offered = {
  name: 'a use in TypeScript after a field’s type',
  path: 'following/entry.ts',
  before: `export interface Entry {
  title: string;
  tags: string;
}

export function labelOf(entry: Entry): string {
  const tags = entry.tags.trim();
  return \`\${entry.title}: \${tags}\`;
}
`,
  typed: [{ old: 'tags: string', text: 'tags: string[]' }],
  finished: 'tags: string[];',
  answer: answered(85, '  const tags = entry.tags.trim();', '  const tags = entry.tags.map((tag) => tag.trim());'),
  sure: 85,
  follows: ['entry.tags.trim()', 'entry.tags.map((tag) => tag.trim())'],
  line: 7,
  key: 'Tab',
  drawn: /^map\(\(tag\) => tag\.trim\(\)$/,
};

const argument: Offered = {
  name: 'a caller in Python after a parameter',
  path: 'following/greet.py',
  before: `def shout(text):
    return text.upper() + mark


def greet(name, mark="!"):
    return shout("Hello, " + name)
`,
  typed: [{ old: '(text', text: '(text, mark' }],
  finished: 'def shout(text, mark):',
  answer: answered(80, '    return shout("Hello, " + name)', '    return shout("Hello, " + name, mark)'),
  sure: 80,
  follows: ['+ name)', '+ name, mark)'],
  line: 6,
  key: 'Tab',
  drawn: /^, mark$/,
};

const member: Offered = {
  name: 'lines of a switch in TypeScript after a member of an enum',
  path: 'following/shape.ts',
  before: `export enum Shape {
  Circle = 'circle',
  Square = 'square',
}

export function corners(shape: Shape): number {
  switch (shape) {
    case Shape.Circle:
      return 0;
    case Shape.Square:
      return 4;
  }
}
`,
  // The line is typed before another one, where the cursor rests.
  typed: [{ old: 'Square =', text: "Triangle = 'triangle',\n  Square =", at: { line: 3, column: 3 } }],
  finished: "Triangle = 'triangle',",
  answer: answered(
    75,
    '    case Shape.Square:\n      return 4;',
    '    case Shape.Triangle:\n      return 3;\n    case Shape.Square:\n      return 4;',
  ),
  sure: 75,
  follows: ['    case Shape.Square', '    case Shape.Triangle:\n      return 3;\n    case Shape.Square'],
  line: 10,
  key: 'Alt+Enter',
  drawn: /^\+ case Shape\.Triangle: … 2 lines$/,
  lines: '    case Shape.Triangle:\n      return 3;',
};

const error: Offered = {
  name: 'the path of an error in Go after a result of the signature',
  path: 'following/count.go',
  before: `package store

func readCount(path string) int {
	return parse(path)
}

func showCount(path string) error {
	count := readCount(path)
	show(count)
	return nil
}
`,
  typed: [{ old: ') int', text: ') (int, error)' }],
  finished: 'func readCount(path string) (int, error) {',
  answer: answered(
    70,
    '	count := readCount(path)',
    '	count, err := readCount(path)\n	if err != nil {\n		return err\n	}',
  ),
  sure: 70,
  follows: ['count := readCount(path)', 'count, err := readCount(path)\n	if err != nil {\n		return err\n	}'],
  line: 8,
  key: 'Tab',
  drawn: /^\+ count, err := readCount\(path\) … 4 lines$/,
  lines: '    count, err := readCount(path)\n    if err != nil {\n        return err\n    }',
};

export const offered: readonly Offered[] = [list, argument, member, error];

/** Typed while other keys come. */
export const optional: Offered = {
  name: 'a use in TypeScript after a field became optional',
  path: 'following/user.ts',
  before: `export interface User {
  name: string;
}

export function widthOf(user: User): number {
  return user.name.length;
}
`,
  typed: [{ old: 'name', text: 'name?' }],
  finished: 'name?: string;',
  answer: answered(80, '  return user.name.length;', '  return user.name?.length ?? 0;'),
  sure: 80,
  follows: ['user.name.length', 'user.name?.length ?? 0'],
  line: 6,
  key: 'Tab',
  drawn: /^\s*return user\.name\?\.length \?\? 0;$/,
};

/** Nothing follows from it. */
export const nothingFollows: Following = {
  name: 'nothing after a word of a message',
  path: 'following/message.ts',
  before: `export function refuse(name: string): never {
  throw new Error(\`\${name} is not allowed\`);
}

export const limit = 40;
`,
  typed: [{ old: 'is not allowed', text: 'is not allowed here' }],
  finished: 'is not allowed here',
  answer: '<none/>',
};
