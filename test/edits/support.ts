// Types into a journal as an editor reports it, for tests.
import type { Edit, RecentChange } from '../../src/edits/history/edit.ts';
import { type DocumentChange, EditJournal, type JournalOptions } from '../../src/edits/history/journal.ts';

/** An edit of 'src/a.ts' that was typed in whole lines, unless parts say otherwise. */
export function edit(parts: Partial<Edit>): Edit {
  const texts = { left: '', removed: '', inserted: '', right: '' };
  return { path: 'src/a.ts', kind: 'typed', ...texts, at: 0, time: 0, hasSecret: false, ...parts };
}

/** @param before lines without their last line end, as `after`; '' is no line */
export function recentChange(before: string, after: string, path = 'src/a.ts'): RecentChange {
  const lines = (text: string) => (text === '' ? '' : `${text}\n`);
  return { path, line: 0, before: lines(before), after: lines(after), above: '', below: '' };
}

/** Offset of a line and a column, both from 0. */
export function offsetAt(text: string, line: number, column: number): number {
  const above = text.split('\n').slice(0, line);
  return above.reduce((sum, { length }) => sum + length + 1, column);
}

export class Desk {
  readonly journal: EditJournal;
  time = 1_000_000;

  constructor(files: Readonly<Record<string, string>>, options: JournalOptions = {}) {
    this.journal = new EditJournal(options);
    for (const [path, text] of Object.entries(files)) this.journal.open(path, text);
  }

  text(path: string): string {
    return this.journal.textOf(path) as string;
  }

  /** One event: each of the texts, at its only or nth occurrence, is replaced. */
  change(
    path: string,
    replacements: readonly (readonly [old: string, text: string, nth?: number])[],
    how: Partial<Pick<DocumentChange, 'reason'>> = {},
  ) {
    const text = this.text(path);
    const ranges = replacements.map(([old, inserted, nth = 0]) => {
      let at = text.indexOf(old);
      for (let i = 0; i < nth; i++) at = text.indexOf(old, at + 1);
      return { start: at, end: at + old.length, text: inserted };
    });
    this.time += 1000;
    return this.journal.record({ path, ranges, time: this.time, ...how })?.kind;
  }

  /** Deletes a text letter by letter from its end, then types another one letter by letter. */
  type(path: string, old: string, text: string, nth = 0): void {
    const document = this.text(path);
    let at = document.indexOf(old);
    for (let i = 0; i < nth; i++) at = document.indexOf(old, at + 1);
    for (let end = at + old.length; end > at; end--) this.record(path, end - 1, end, '');
    for (const [i, letter] of [...text].entries()) this.record(path, at + i, at + i, letter);
  }

  edits() {
    return this.journal.recentEdits().map(({ removed, inserted, kind }) => ({ removed, inserted, kind }));
  }

  private record(path: string, start: number, end: number, text: string): void {
    this.time += 100;
    this.journal.record({ path, ranges: [{ start, end, text }], time: this.time });
  }
}

interface RepeatedChange {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** What the user types: over a text, or behind it if the new one begins with it. */
  readonly typed: readonly {
    readonly path: string;
    readonly old: string;
    readonly text: string;
    readonly nth?: number;
  }[];
  /** The file of the third change, and its text with it. */
  readonly next: { readonly path: string; readonly text: (before: string) => string };
}

type Change = readonly [old: string, text: string];

/** A change at two places of a file, and the third. */
function repeated(
  name: string,
  path: string,
  before: string,
  first: Change,
  second: Change = first,
  third: Change = second,
): RepeatedChange {
  return {
    name,
    files: { [path]: before },
    typed: [first, second].map(([old, text]) => ({ path, old, text })),
    next: { path, text: (text) => text.replace(...third) },
  };
}

const record = (title: string) => `  {\n    title: '${title}',\n    pages: 3,\n  },\n`;
const goFunction = (name: string) =>
  `func ${name}(path string) error {\n\tif err := check(path); err != nil {\n\t\treturn err\n\t}\n\treturn nil\n}\n\n`;
const reader = (name: string) =>
  `export function ${name}(path: string) {\n  if (!path) throw new Error('no path given');\n  return read(path, '${name}');\n}\n\n`;
const link = (title: string) => `- [${title}](https://old.example.com/${title.toLowerCase()})\n`;

/** The kinds of changes of which one is repeated without a language server. */
export const changes: readonly RepeatedChange[] = [
  repeated(
    'a slug that is derived from the title',
    'src/books.ts',
    `export const books = [\n${['Red Rivers', 'Two Towns', 'Old Oaks'].map(record).join('')}];\n`,
    ["'Red Rivers',", "'Red Rivers',\n    slug: 'red-rivers',"],
    ["'Two Towns',", "'Two Towns',\n    slug: 'two-towns',"],
    ["'Old Oaks',\n", "'Old Oaks',\n    slug: 'old-oaks',\n"],
  ),
  repeated(
    'an attribute in Python',
    'app/client.py',
    'class Client:\n    def __init__(self, wait):\n        self.wait = wait\n\n    def get(self):\n        return send(self.wait)\n\n    def put(self, body):\n        return send(body, self.wait)\n',
    ['self.wait', 'self.timeout'],
  ),
  repeated(
    'a prop of a React component',
    'src/form.tsx',
    'export function Form() {\n  return (\n    <form>\n      <Field label="Name" />\n      <Field label="Street" />\n      <Field label="Town" />\n    </form>\n  );\n}\n',
    ['"Name"', '"Name" required'],
    ['"Street"', '"Street" required'],
    ['"Town"', '"Town" required'],
  ),
  {
    name: 'an import path in three files',
    files: Object.fromEntries(
      ['read', 'write', 'list'].map((name) => [
        `src/${name}.ts`,
        `import { open } from './cellar/store';\n\nexport const ${name} = () => open('${name}');\n`,
      ]),
    ),
    typed: ['src/read.ts', 'src/write.ts'].map((path) => ({ path, old: 'cellar', text: 'storage' })),
    next: { path: 'src/list.ts', text: (before) => before.replace('cellar', 'storage') },
  },
  repeated(
    'a field of fixtures',
    'test/users.ts',
    "export const users = [\n  { id: 1, name: 'Ann' },\n  { id: 2, name: 'Bob' },\n  { id: 3, name: 'Cleo' },\n];\n",
    ["'Ann'", "'Ann', active: true"],
    ["'Bob'", "'Bob', active: true"],
    ["'Cleo'", "'Cleo', active: true"],
  ),
  repeated(
    'a URL in a list of links in Markdown',
    'docs/links.md',
    `# Links\n\n${['Guide', 'Reference', 'Changes'].map(link).join('')}`,
    ['old.example.com', 'docs.example.org'],
  ),
  repeated(
    'a keyword argument in Python',
    'app/api.py',
    'def users():\n    return get("/users", timeout=5)\n\n\ndef groups():\n    return get("/groups", timeout=5)\n\n\ndef roles():\n    return get("/roles", timeout=5)\n',
    ['=5', '=30'],
  ),
  repeated(
    'a wrapped error in Go',
    'store/store.go',
    `package store\n\n${['Open', 'Read', 'Write'].map(goFunction).join('')}`,
    ['return err', 'return fmt.Errorf("store: %w", err)'],
  ),
  repeated('an error message', 'src/read.ts', ['file', 'folder', 'link'].map(reader).join(''), [
    'no path given',
    'a path is missing',
  ]),
];
