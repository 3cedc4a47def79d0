// What the host tells the panel, said once: each part's fields with the check that a message has them. The types are what the checks let
// through, so that the panel draws a message without looking twice.

type Check<T> = (value: unknown) => value is T;
export type Of<C> = C extends Check<infer T> ? T : never;
type Fields = Readonly<Record<string, unknown>>;
type Checks = Readonly<Record<string, Check<unknown>>>;
type Optional<F extends Checks> = { [K in keyof F]: undefined extends Of<F[K]> ? K : never }[keyof F];
type Whole<F extends Checks> = { readonly [K in Exclude<keyof F, Optional<F>>]: Of<F[K]> } & {
  readonly [K in Optional<F>]?: Of<F[K]>;
};

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const text: Check<string> = (value) => typeof value === 'string';
export const number: Check<number> = (value): value is number => Number.isFinite(value);
export const flag: Check<boolean> = (value) => typeof value === 'boolean';
export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value) =>
    value === undefined || check(value);
export const listOf =
  <T>(check: Check<T>): Check<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every(check);
export const oneOf =
  <const T extends string>(...known: readonly T[]): Check<T> =>
  (value): value is T =>
    known.some((each) => each === value);
export const shape =
  <F extends Checks>(fields: F): Check<Whole<F>> =>
  (value): value is Whole<F> =>
    isFields(value) &&
    Object.entries(fields).every(([key, check]) => check(Object.hasOwn(value, key) ? value[key] : undefined));

/** What the panel may ask the host to run; each is a command of the extension. */
export const panelCommands = [
  'adapt',
  'cancelAdapt',
  'showReport',
  'runTextTask',
  'setApiKey',
  'chooseModel',
  'serveElsewhere',
  'allowApi',
  'snooze',
  'unsnooze',
  'enableHere',
  'showMenu',
  'showLog',
  'openSettings',
  'manageTrust',
] as const;

const decision = shape({
  summary: text,
  pSpecialist: number,
  pApi: number,
  pApiIsPrior: flag,
  gain: number,
  price: number,
  /** What is shown of a local draft. */
  shown: optional(shape({ p: number })),
  reasons: listOf(shape({ name: text, value: number })),
});

/** One completion, as the list shows it. */
const row = shape({
  id: text,
  /** ms since 1970. */
  at: number,
  /** 'src/app.ts', with the folder's name before it where several folders are open. */
  path: text,
  /** 1-based. */
  line: number,
  /** The end of the line before the cursor, and what was proposed there. */
  before: text,
  text,
  source: oneOf('specialist', 'api', 'none'),
  model: text,
  cached: flag,
  latencyMs: number,
  costUsd: number,
  savedUsd: number,
  outcome: oneOf('pending', 'accepted', 'partly-accepted', 'typed', 'rejected', 'ignored'),
  /** `text` was not shown: how sure it was, and from what on it would have been. */
  held: optional(shape({ p: number, from: number })),
  /** Absent where there was no decision to make: typed as suggested, or nothing came. */
  decision: optional(decision),
});

const ofScope = shape({
  completions: number,
  local: number,
  api: number,
  /** Taken with a key, whole or in part; typed by hand as shown; and characters that keys wrote. */
  accepted: number,
  typed: number,
  characters: number,
  spentUsd: number,
  savedUsd: number,
  localP50Ms: optional(number),
  apiP50Ms: optional(number),
});
const totals = shape({ session: ofScope, all: ofScope });

/** Something that the user should know, with the command that mends it. Shown above everything, most urgent first. */
const notice = shape({
  kind: oneOf('info', 'warning'),
  text,
  action: optional(shape({ label: text, command: oneOf(...panelCommands) })),
});

const state = shape({
  status: oneOf('ready', 'busy', 'off', 'snoozed', 'starting'),
  /** 'Ready: 1,204 files indexed' */
  statusText: text,
  /** Which model answers now ('base + n-gram', as the rows name it), and how it is with the neural one. */
  model: shape({ kind: oneOf('ready', 'starting', 'off', 'failed'), name: text, detail: text }),
  balance: number,
  /** How sure a suggestion has to be to be shown. */
  showBar: number,
  localOnly: flag,
  /** Places of the slider, by rising balance: share of completions that go to the API, US dollars an hour, and how many more lines are right than without. */
  slider: listOf(shape({ balance: number, share: number, usd: optional(number), gain: optional(number) })),
  /** The API's model, or '' where none is set up. */
  apiModel: text,
  /** What the API has cost this calendar month, and the limit. Absent where it is not in use. */
  month: optional(shape({ spentUsd: number, limitUsd: number })),
  notices: listOf(notice),
  /** Work that is under way. `share` is undefined while the total is unknown; `plan` is what was said of it last: how long it takes, or why longer. */
  progress: optional(
    shape({ title: text, detail: text, plan: optional(text), share: optional(number), cancellable: flag }),
  ),
});

/** Models on the same held-out places, the same measures each. */
const comparison = shape({
  /** What the run decided, and why. */
  verdict: text,
  /** The adapted model was not better, and is not used. */
  rolledBack: flag,
  measures: listOf(text),
  models: listOf(
    shape({
      name: text,
      used: flag,
      /** One for each measure, 0..1. */
      values: listOf(number),
    }),
  ),
});

const example = shape({
  path: text,
  line: number,
  before: text,
  truth: text,
  answer: text,
  model: text,
  right: flag,
});

/** One folder's last adaptation, told in the panel's own sections. */
const report = shape({
  folder: text,
  /** ms since 1970. */
  finishedAt: number,
  facts: listOf(shape({ name: text, value: text })),
  /** What the words rest on, folded away: each with what it means. */
  numbers: listOf(shape({ name: text, value: text, meaning: text })),
  comparison: optional(comparison),
  /** Share right among the most confident 10, 20, 30, 50 and all of the places, 0..1. */
  precision: listOf(shape({ coverage: text, share: number })),
  leftOut: listOf(shape({ reason: text, count: number, examples: listOf(text) })),
  examples: listOf(example),
  notes: listOf(text),
});

/** What a run of a text task came to. */
export const task = shape({
  name: text,
  /** ms since 1970. */
  finishedAt: number,
  /** Its answers are texts: what is right is how like they are to accepted ones. */
  isText: flag,
  /** Of the large model; absent: it has answered nothing. */
  model: optional(text),
  texts: number,
  byPerson: number,
  byApi: number,
  inDoubt: number,
  /** Share of right answers by the share of texts that is sent to the API; empty where nobody knows. */
  curve: listOf(shape({ share: number, right: number })),
  /** On what the curve was measured, and the terms of the bound. */
  notes: listOf(text),
  /** Share of texts that goes to the API. */
  operating: optional(number),
  runUsd: number,
  soFarUsd: number,
  restUsd: optional(number),
});

/** The panel's texts, translated by the host. `{0}`, `{1}` are filled in by the panel. */
export const strings: Check<Readonly<Record<string, string>>> = (value): value is Readonly<Record<string, string>> =>
  isFields(value) && Object.values(value).every(text);

/** By the message's type. */
const messages = {
  /** Everything; the newest row first. */
  init: shape({
    strings,
    locale: text,
    state,
    rows: listOf(row),
    totals,
    reports: listOf(report),
    tasks: listOf(task),
  }),
  state: shape({ state }),
  /** New or changed, by id. */
  row: shape({ row }),
  totals: shape({ totals }),
  reports: shape({ reports: listOf(report) }),
  tasks: shape({ tasks: listOf(task) }),
  clear: shape({}),
  reveal: shape({ section: oneOf('report') }),
};
type Messages = typeof messages;

export type ToPanel = { [T in keyof Messages]: { readonly type: T } & Of<Messages[T]> }[keyof Messages];

export type PanelStrings = Of<typeof strings>;
export type PanelDecision = Of<typeof decision>;
export type PanelRow = Of<typeof row>;
export type PanelTotals = Of<typeof ofScope>;
export type PanelNotice = Of<typeof notice>;
export type PanelState = Of<typeof state>;
export type PanelComparison = Of<typeof comparison>;
export type PanelExample = Of<typeof example>;
export type PanelReport = Of<typeof report>;
export type PanelTask = Of<typeof task>;

/** A message from the host; undefined when it is none that we know, or a part of it is missing. */
export function parseToPanel(value: unknown): ToPanel | undefined {
  if (!isFields(value) || typeof value.type !== 'string' || !Object.hasOwn(messages, value.type)) return undefined;
  return messages[value.type as keyof Messages](value) ? (value as ToPanel) : undefined;
}
