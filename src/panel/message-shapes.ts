// What must be there for the panel to draw a message without looking twice: a row for every field of every message.
import {
  isFields,
  type PanelComparison,
  type PanelDecision,
  type PanelExample,
  type PanelModel,
  type PanelNotice,
  type PanelProgress,
  type PanelReport,
  type PanelRow,
  type PanelState,
  type PanelTotals,
  panelCommands,
  type ToPanel,
} from './protocol.ts';

type Check = (value: unknown) => boolean;
const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => Number.isFinite(value);
const flag: Check = (value) => typeof value === 'boolean';
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const oneOf =
  (...known: readonly string[]): Check =>
  (value) =>
    known.some((each) => each === value);
/** A type without a row for each of its fields does not compile. */
const shape =
  <T>(fields: { readonly [K in keyof Required<T>]: Check }): Check =>
  (value) =>
    isFields(value) &&
    Object.entries<Check>(fields).every(([key, check]) => check(Object.hasOwn(value, key) ? value[key] : undefined));

const named = shape<{ name: string; value: unknown }>;

const decision = shape<PanelDecision>({
  summary: text,
  pSpecialist: number,
  pApi: number,
  pApiIsPrior: flag,
  gain: number,
  price: number,
  reasons: listOf(named({ name: text, value: number })),
});

const row = shape<PanelRow>({
  id: text,
  at: number,
  path: text,
  line: number,
  before: text,
  text,
  source: oneOf('specialist', 'api', 'none'),
  model: text,
  cached: flag,
  latencyMs: number,
  costUsd: number,
  savedUsd: number,
  outcome: oneOf('pending', 'accepted', 'partly-accepted', 'rejected', 'ignored'),
  decision: optional(decision),
});

const ofScope = shape<PanelTotals>({
  completions: number,
  local: number,
  api: number,
  accepted: number,
  spentUsd: number,
  savedUsd: number,
  localP50Ms: optional(number),
  localP95Ms: optional(number),
  apiP50Ms: optional(number),
  apiP95Ms: optional(number),
});

const totals = shape<{ session: PanelTotals; all: PanelTotals }>({ session: ofScope, all: ofScope });

const notice = shape<PanelNotice>({
  kind: oneOf('info', 'warning'),
  text,
  action: optional(shape<NonNullable<PanelNotice['action']>>({ label: text, command: oneOf(...panelCommands) })),
});

const state = shape<PanelState>({
  status: oneOf('ready', 'busy', 'off', 'snoozed', 'starting'),
  statusText: text,
  model: shape<PanelModel>({ kind: oneOf('ready', 'starting', 'off', 'failed'), name: text, detail: text }),
  balance: number,
  localOnly: flag,
  apiModel: text,
  month: optional(shape<NonNullable<PanelState['month']>>({ spentUsd: number, limitUsd: number })),
  notices: listOf(notice),
  progress: optional(shape<PanelProgress>({ title: text, detail: text, share: optional(number), cancellable: flag })),
});

const comparison = shape<PanelComparison>({
  verdict: text,
  rolledBack: flag,
  measures: listOf(text),
  models: listOf(
    shape<PanelComparison['models'][number]>({
      name: text,
      used: flag,
      loss: optional(number),
      values: listOf(number),
    }),
  ),
});

const example = shape<PanelExample>({
  path: text,
  line: number,
  before: text,
  truth: text,
  answer: text,
  model: text,
  right: flag,
});

const report = shape<PanelReport>({
  folder: text,
  finishedAt: number,
  facts: listOf(named({ name: text, value: text })),
  comparison: optional(comparison),
  precision: listOf(shape<PanelReport['precision'][number]>({ coverage: text, share: number })),
  leftOut: listOf(shape<PanelReport['leftOut'][number]>({ reason: text, count: number, examples: listOf(text) })),
  examples: listOf(example),
  notes: listOf(text),
});

const anything: Check = () => true;

/** By the message's type. */
const shapes: { readonly [T in ToPanel['type']]: Check } = {
  init: shape<Extract<ToPanel, { type: 'init' }>>({
    type: anything,
    strings: (value) => isFields(value) && Object.values(value).every(text),
    locale: text,
    state,
    rows: listOf(row),
    totals,
    reports: listOf(report),
  }),
  state: shape<Extract<ToPanel, { type: 'state' }>>({ type: anything, state }),
  row: shape<Extract<ToPanel, { type: 'row' }>>({ type: anything, row }),
  totals: shape<Extract<ToPanel, { type: 'totals' }>>({ type: anything, totals }),
  reports: shape<Extract<ToPanel, { type: 'reports' }>>({ type: anything, reports: listOf(report) }),
  clear: anything,
  reveal: shape<Extract<ToPanel, { type: 'reveal' }>>({ type: anything, section: oneOf('report') }),
};

/** A message from the host; undefined when it is none that we know, or a part of it is missing. */
export function parseToPanel(value: unknown): ToPanel | undefined {
  if (!isFields(value) || typeof value.type !== 'string' || !Object.hasOwn(shapes, value.type)) return undefined;
  return shapes[value.type as ToPanel['type']](value) ? (value as ToPanel) : undefined;
}
