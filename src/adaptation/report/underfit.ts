// Where the large model falls short: kinds of test positions in plain words, with both models' accuracy and an example.
import type { CursorKind } from '../../prompts/completion/cursor-examples.ts';
import { lastLines } from '../../text/lines.ts';
import type { JudgedPosition } from './judged.ts';
import type { LabeledPosition } from './scored.ts';
import type { UnderfitRow } from './types.ts';

/** Kinds with fewer positions are left out. */
const MIN_POSITIONS = 8;
const MAX_ROWS = 8;
/** Maximum rows for one purpose, or for kinds of cursors, so that none fills the list. */
const MAX_PER_TOPIC = 3;
/** Of two kinds that share this part of their positions, one is shown. */
const SAME_SHARE = 0.8;

/** Purposes of files by path; the first match counts. */
const purposes: readonly { readonly name: string; readonly test: RegExp }[] = [
  { name: 'tests', test: /[._-](test|spec)s?\.[^/]+$|(^|\/)test_[^/]+$/i },
  { name: 'test helpers', test: /(^|\/)(tests?|specs?|__tests__|__mocks__|fixtures?)\//i },
  { name: 'documentation', test: /\.(md|mdx|rst|txt|adoc)$|(^|\/)docs?\//i },
  { name: 'configuration', test: /\.(json|jsonc|ya?ml|toml|ini|cfg|lock|xml|properties)$|(^|\/)\.[^/]+$/i },
];
const cursors: Readonly<Record<CursorKind, string>> = {
  'statement-start': 'where a new statement begins',
  'mid-line': 'inside a line',
  'line-end': "near a line's end",
  'block-body': 'where a block begins',
};

interface Kind {
  /** 'your test helpers', 'your code in src/api', 'all lines, where a block begins' */
  readonly what: string;
  /** Purpose of the files, or 'cursors'; see MAX_PER_TOPIC. */
  readonly topic: string;
}

function kindsOf({ example: { path, kind } }: JudgedPosition): Kind[] {
  const purpose = purposes.find(({ test }) => test.test(path))?.name ?? 'code';
  const folder = path.split('/').slice(0, -1).slice(0, 2).join('/');
  const whole = purpose === 'code' ? [] : [{ what: `your ${purpose}`, topic: purpose }];
  return [
    ...whole,
    { what: `your ${purpose} ${folder === '' ? 'at the top' : `in ${folder}`}`, topic: purpose },
    { what: `all lines, ${cursors[kind]}`, topic: 'cursors' },
  ];
}

interface Group {
  readonly topic: string;
  readonly row: UnderfitRow;
  readonly positions: ReadonlySet<JudgedPosition>;
}

/**
 * Rows by falling lead of the specialist, at positions that the router was not fitted on.
 * @param answers the API's answers by example; without any there are no rows
 */
export function underfitOf(
  judged: readonly JudgedPosition[],
  answers: ReadonlyMap<unknown, LabeledPosition>,
): readonly UnderfitRow[] {
  if (answers.size === 0) return [];
  const groups = new Map<string, { readonly topic: string; readonly positions: JudgedPosition[] }>();
  for (const position of judged) {
    for (const { what, topic } of kindsOf(position)) {
      const group = groups.get(what) ?? { topic, positions: [] };
      group.positions.push(position);
      groups.set(what, group);
    }
  }
  const shown: Group[] = [];
  const ranked = [...groups]
    .filter(([, { positions }]) => positions.length >= MIN_POSITIONS)
    .map(([what, { topic, positions }]) => ({
      topic,
      row: rowOf(what, positions, answers),
      positions: new Set(positions),
    }))
    .sort((a, b) => b.row.specialist - b.row.api - (a.row.specialist - a.row.api));
  for (const group of ranked) {
    if (shown.length === MAX_ROWS) break;
    const sameTopic = shown.filter(({ topic }) => topic === group.topic).length;
    if (sameTopic < MAX_PER_TOPIC && !shown.some((other) => isSame(other, group))) shown.push(group);
  }
  return shown.map(({ row }) => row);
}

function isSame({ positions: a }: Group, { positions: b }: Group): boolean {
  const shared = [...a].filter((position) => b.has(position)).length;
  return shared >= SAME_SHARE * (a.size + b.size - shared);
}

function rowOf(
  what: string,
  positions: readonly JudgedPosition[],
  answers: ReadonlyMap<unknown, LabeledPosition>,
): UnderfitRow {
  const known = positions.flatMap((position) => {
    const label = answers.get(position.example);
    return label === undefined ? [] : [{ position, label }];
  });
  const wrong = known.filter(({ label }) => !label.right);
  const example = wrong.find(({ position }) => position.right) ?? wrong[0];
  return {
    ...{ what, places: positions.length },
    api: positions.reduce((sum, { decision }) => sum + decision.pApi, 0) / positions.length,
    asked: known.length,
    apiRight: known.length - wrong.length,
    specialist: positions.filter(({ right }) => right).length / positions.length,
    ...(example && { example: exampleOf(example.position, example.label) }),
  };
}

function exampleOf(
  { example, truth, draft }: JudgedPosition,
  { answer }: LabeledPosition,
): NonNullable<UnderfitRow['example']> {
  const { path, line, prefix } = example;
  const before = lastLines(prefix, 2, 400).join('\n');
  return { path, line, before, truth, api: answer.text, specialist: draft.text };
}
