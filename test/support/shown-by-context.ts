// Values that are secrets by what stands elsewhere in their file alone: a column's name, or a key lines above. Two lines
// around them do not show it.

export interface ShownByContext {
  readonly path: string;
  /** With `other` once, in the line of `value` or above it. */
  readonly text: string;
  /** A line that may stand above that of `value` as often as one likes. Absent: the rules look 6,000 characters far. */
  readonly filler?: string;
}

/** The text with what shows the value far above it, and the offset of the value's line. */
export function farBelow({ text, filler = '' }: ShownByContext): { readonly text: string; readonly at: number } {
  const at = text.lastIndexOf('\n', text.indexOf(value)) + 1;
  const between = filler === '' ? '' : filler.repeat(Math.ceil(60_000 / filler.length));
  return { text: text.slice(0, at) + between + text.slice(at), at: at + between.length };
}

/** Letters that may be words, so that the value is redacted only where a rule finds it. */
export const value = 'harborvioletlantern';
/** What is edited beside the value. */
export const other = 'robert';

const filler = {
  sql: "  ('user', 'candleriverstone'),\n",
  csv: 'user,candleriverstone\n',
  markdown: '| user | candleriverstone |\n',
  yaml: '  # Note\n',
};

export const shownByContext: Readonly<Record<string, ShownByContext>> = {
  'a row of an INSERT': {
    path: 'db/seed.sql',
    text: `INSERT INTO users (name, password) VALUES\n${filler.sql.repeat(19)}  ('${other}', '${value}'),\n  ('eve', 'candleriverstone');\n`,
  },
  'a row of CSV': {
    path: 'data/users.csv',
    text: `name,password\n${filler.csv.repeat(19)}${other},${value}\neve,candleriverstone\n`,
    filler: filler.csv,
  },
  'a row of a Markdown table': {
    path: 'docs/users.md',
    text: `| name | password |\n| --- | --- |\n${filler.markdown.repeat(19)}| ${other} | ${value} |\n`,
  },
  'an entry of stringData': {
    path: 'deploy/secret.yaml',
    text: `apiVersion: v1\nkind: Secret\nstringData:\n${filler.yaml.repeat(19)}  ${other}: ${value}\n`,
  },
  'a value four lines below its name': {
    path: 'deploy/app.yaml',
    text: `env:\n  - name: DB_PASSWORD\n    # One\n    # Two\n    # ${other}\n    value: ${value}\n`,
  },
};
