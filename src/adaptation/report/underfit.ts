// Where the large model falls short: test places of one kind, in the words of who owns the folder, with what either side comes to there and an example.
import type { CursorKind } from '../../prompts/completion/cursor-examples.ts';
import { lastLines } from '../../text/lines.ts';
import type { JudgedPosition } from './judged.ts';
import type { LabeledPosition } from './scored.ts';
import type { UnderfitRow } from './types.ts';

/** Fewer say nothing. */
const MIN_POSITIONS = 8;
const mostRows = 8;
/** Of files for one purpose, and of kinds of cursors: else the first would fill the list. */
const mostAlike = 3;
/** Of two kinds that are as much the same places as this, one is told. */
const sameShare = 0.8;

/** What a file is for, by its path: the first that fits. */
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
  /** Of a few only so many are told. */
  readonly of: string;
}

function kindsOf({ example: { path, kind } }: JudgedPosition): Kind[] {
  const purpose = purposes.find(({ test }) => test.test(path))?.name ?? 'code';
  const folder = path.split('/').slice(0, -1).slice(0, 2).join('/');
  const whole = purpose === 'code' ? [] : [{ what: `your ${purpose}`, of: purpose }];
  return [
    ...whole,
    { what: `your ${purpose} ${folder === '' ? 'at the top' : `in ${folder}`}`, of: purpose },
    { what: `all lines, ${cursors[kind]}`, of: 'cursors' },
  ];
}

interface Group {
  readonly of: string;
  readonly row: UnderfitRow;
  readonly positions: ReadonlySet<JudgedPosition>;
}

/**
 * Where the specialist is furthest ahead, first. Both sides at the same places, none of which the coupling was fitted on.
 * @param answers the API's, by example; none: nobody knows, and nothing is told
 */
export function underfitOf(
  judged: readonly JudgedPosition[],
  answers: ReadonlyMap<unknown, LabeledPosition>,
): readonly UnderfitRow[] {
  if (answers.size === 0) return [];
  const groups = new Map<string, { readonly of: string; readonly positions: JudgedPosition[] }>();
  for (const position of judged) {
    for (const { what, of } of kindsOf(position)) {
      const group = groups.get(what) ?? { of, positions: [] };
      group.positions.push(position);
      groups.set(what, group);
    }
  }
  const told: Group[] = [];
  const ranked = [...groups]
    .filter(([, { positions }]) => positions.length >= MIN_POSITIONS)
    .map(([what, { of, positions }]) => ({ of, row: rowOf(what, positions, answers), positions: new Set(positions) }))
    .sort((a, b) => b.row.specialist - b.row.api - (a.row.specialist - a.row.api));
  for (const group of ranked) {
    if (told.length === mostRows) break;
    const alike = told.filter(({ of }) => of === group.of).length;
    if (alike < mostAlike && !told.some((other) => isSame(other, group))) told.push(group);
  }
  return told.map(({ row }) => row);
}

function isSame({ positions: a }: Group, { positions: b }: Group): boolean {
  const shared = [...a].filter((position) => b.has(position)).length;
  return shared >= sameShare * (a.size + b.size - shared);
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
  const shown = wrong.find(({ position }) => position.right) ?? wrong[0];
  return {
    ...{ what, places: positions.length },
    api: positions.reduce((sum, { decision }) => sum + decision.pApi, 0) / positions.length,
    asked: known.length,
    apiRight: known.length - wrong.length,
    specialist: positions.filter(({ right }) => right).length / positions.length,
    ...(shown && { example: exampleOf(shown.position, shown.label) }),
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
