// Messages between the panel and the extension: plain data, checked on both sides.
import * as v from 'valibot';
import { finite, type SchemaOutput } from '../../common/schemas.ts';
import { accepted, strings, stripped } from './schemas.ts';

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

const decision = v.object({
  summary: v.string(),
  pSpecialist: finite,
  pApi: finite,
  pApiIsPrior: v.boolean(),
  gain: finite,
  price: finite,
  /** What is shown of a local draft. */
  shown: v.optional(v.object({ p: finite })),
  reasons: v.array(v.object({ name: v.string(), value: finite })),
});

/** One completion, as the list shows it. */
const row = v.object({
  id: v.string(),
  /** ms since 1970. */
  at: finite,
  /** 'src/app.ts', with the folder's name before it where several folders are open. */
  path: v.string(),
  /** 1-based. */
  line: finite,
  /** The end of the line before the cursor, and what was proposed there. */
  before: v.string(),
  text: v.string(),
  source: v.picklist(['specialist', 'api', 'none']),
  model: v.string(),
  cached: v.boolean(),
  latencyMs: finite,
  costUsd: finite,
  savedUsd: finite,
  outcome: v.picklist(['pending', 'accepted', 'partly-accepted', 'typed', 'rejected', 'ignored']),
  /** `text` was not shown: how sure it was, and from what on it would have been. */
  held: v.optional(v.object({ p: finite, from: finite })),
  /** Absent where there was no decision to make: typed as suggested, or nothing came. */
  decision: v.optional(decision),
});

const ofScope = v.object({
  completions: finite,
  local: finite,
  api: finite,
  /** Taken with a key, whole or in part; typed by hand as shown; and characters that keys wrote. */
  accepted: finite,
  typed: finite,
  characters: finite,
  spentUsd: finite,
  savedUsd: finite,
  localP50Ms: v.optional(finite),
  apiP50Ms: v.optional(finite),
});
const totals = v.object({ session: ofScope, all: ofScope });

/** Something that the user should know, with the command that mends it. Shown above everything, most urgent first. */
const notice = v.object({
  kind: v.picklist(['info', 'warning']),
  text: v.string(),
  action: v.optional(v.object({ label: v.string(), command: v.picklist(panelCommands) })),
});

const state = v.object({
  status: v.picklist(['ready', 'busy', 'off', 'snoozed', 'starting']),
  /** 'Ready: 1,204 files indexed' */
  statusText: v.string(),
  /** Which model answers now ('base + n-gram', as the rows name it), and how it is with the neural one. */
  model: v.object({ kind: v.picklist(['ready', 'starting', 'off', 'failed']), name: v.string(), detail: v.string() }),
  balance: finite,
  /** How sure a suggestion has to be to be shown. */
  showThreshold: finite,
  localOnly: v.boolean(),
  /** Places of the slider, by rising balance: share of completions that go to the API, US dollars an hour, and how many more lines are right than without. */
  slider: v.array(v.object({ balance: finite, share: finite, usd: v.optional(finite), gain: v.optional(finite) })),
  /** The API's model, or '' where none is set up. */
  apiModel: v.string(),
  /** What the API has cost this calendar month, and the limit. Absent where it is not in use. */
  month: v.optional(v.object({ spentUsd: finite, limitUsd: finite })),
  notices: v.array(notice),
  /** Work that is under way. `share` is undefined while the total is unknown; `plan` is what was said of it last: how long it takes, or why longer. */
  progress: v.optional(
    v.object({
      title: v.string(),
      detail: v.string(),
      plan: v.optional(v.string()),
      share: v.optional(finite),
      cancellable: v.boolean(),
    }),
  ),
});

/** Models on the same held-out places, the same measures each. */
const comparison = v.object({
  /** What the run decided, and why. */
  verdict: v.string(),
  /** The adapted model was not better, and is not used. */
  rolledBack: v.boolean(),
  measures: v.array(v.string()),
  models: v.array(
    v.object({
      name: v.string(),
      used: v.boolean(),
      /** One for each measure, 0..1. */
      values: v.array(finite),
    }),
  ),
});

const example = v.object({
  path: v.string(),
  line: finite,
  before: v.string(),
  truth: v.string(),
  answer: v.string(),
  model: v.string(),
  right: v.boolean(),
});

/** One folder's last adaptation, told in the panel's own sections. */
const report = v.object({
  folder: v.string(),
  /** ms since 1970. */
  finishedAt: finite,
  facts: v.array(v.object({ name: v.string(), value: v.string() })),
  /** What the words rest on, folded away: each with what it means. */
  numbers: v.array(v.object({ name: v.string(), value: v.string(), meaning: v.string() })),
  comparison: v.optional(comparison),
  /** Share right among the most confident 10, 20, 30, 50 and all of the places, 0..1. */
  precision: v.array(v.object({ coverage: v.string(), share: finite })),
  leftOut: v.array(v.object({ reason: v.string(), count: finite, examples: v.array(v.string()) })),
  examples: v.array(example),
  notes: v.array(v.string()),
});

/** What a run of a text task came to. */
export const task = v.object({
  name: v.string(),
  /** ms since 1970. */
  finishedAt: finite,
  /** Its answers are texts: what is right is how like they are to accepted ones. */
  isText: v.boolean(),
  /** Of the large model; absent: it has answered nothing. */
  model: v.optional(v.string()),
  texts: finite,
  byPerson: finite,
  byApi: finite,
  inDoubt: finite,
  /** Share of right answers by the share of texts that is sent to the API; empty where nobody knows. */
  curve: v.array(v.object({ share: finite, right: finite })),
  /** On what the curve was measured, and the terms of the bound. */
  notes: v.array(v.string()),
  /** Share of texts that goes to the API. */
  operating: v.optional(finite),
  runUsd: finite,
  soFarUsd: finite,
  restUsd: v.optional(finite),
});

const toPanel = v.variant('type', [
  /** Everything; the newest row first. */
  v.object({
    type: v.literal('init'),
    strings,
    locale: v.string(),
    state,
    rows: v.array(row),
    totals,
    reports: v.array(report),
    tasks: v.array(task),
  }),
  v.object({ type: v.literal('state'), state }),
  /** New or changed, by id. */
  v.object({ type: v.literal('row'), row }),
  v.object({ type: v.literal('totals'), totals }),
  v.object({ type: v.literal('reports'), reports: v.array(report) }),
  v.object({ type: v.literal('tasks'), tasks: v.array(task) }),
  v.object({ type: v.literal('clear') }),
  v.object({ type: v.literal('reveal'), section: v.picklist(['report']) }),
]);

const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const fromPanel = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.picklist(['balance', 'threshold']), value: fraction }),
  v.object({ type: v.literal('command'), command: v.picklist(panelCommands) }),
  /** Show the cursor position of a completion. */
  v.object({ type: v.literal('open'), id: v.pipe(v.string(), v.maxLength(100)) }),
]);

export type ToPanel = SchemaOutput<typeof toPanel>;
export type FromPanel = SchemaOutput<typeof fromPanel>;
export type PanelCommand = (typeof panelCommands)[number];
export type PanelStrings = SchemaOutput<typeof strings>;
export type PanelDecision = SchemaOutput<typeof decision>;
export type PanelRow = SchemaOutput<typeof row>;
export type PanelOutcome = PanelRow['outcome'];
export type PanelTotals = SchemaOutput<typeof ofScope>;
export type TotalsScope = keyof SchemaOutput<typeof totals>;
export type PanelNotice = SchemaOutput<typeof notice>;
export type PanelState = SchemaOutput<typeof state>;
export type PanelModel = PanelState['model'];
export type PanelProgress = NonNullable<PanelState['progress']>;
export type PanelComparison = SchemaOutput<typeof comparison>;
export type PanelExample = SchemaOutput<typeof example>;
export type PanelReport = SchemaOutput<typeof report>;
export type PanelTask = SchemaOutput<typeof task>;

/** Undefined: unknown, or a part is missing. */
export function parseToPanel(value: unknown): ToPanel | undefined {
  return accepted(toPanel, value);
}

/** Undefined: unknown, or a part is missing. */
export function parseFromPanel(value: unknown): FromPanel | undefined {
  return stripped(fromPanel, value);
}

/** How much is shown, as three steps of `showThreshold`: what is more than a little likely, what is likelier right than wrong, what is nearly certain. */
export const thresholdSteps = { more: 0.25, balanced: 0.5, less: 0.75 } as const;
export type ThresholdStep = keyof typeof thresholdSteps;

/** 'claude-haiku-4-5-20251001' -> 'haiku-4-5', 'adapted + n-gram' -> 'adapted', as both sides show it where room is short; titles say it all. */
export function shortModel(model: string): string {
  if (model === 'n-gram') return 'index';
  return model
    .replace(/^claude-/, '')
    .replace(/-\d{8}$/, '')
    .replace(/ \+ n-gram$/, '');
}
