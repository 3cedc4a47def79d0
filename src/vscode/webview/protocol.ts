// Messages between the panel and the extension: plain data, checked on both sides.
import * as v from 'valibot';
import { finite, type SchemaOutput } from '../../common/schemas.ts';
import { section } from './report-protocol.ts';
import { acceptedAsSent, strings, withKnownFields } from './schemas.ts';

/** The extension's commands that the panel may run. */
export const panelCommands = [
  'adapt',
  'cancelAdapt',
  'showReport',
  'runTextTask',
  'setApiKey',
  'chooseModel',
  'allowApi',
  'snooze',
  'showMenu',
  'showLog',
  'openSettings',
  'manageTrust',
] as const;

/** What keeps a suggestion back beside the setting. */
const whyHeld = [
  'the list is open',
  'a sentence needs more',
  'the last ones were rejected',
  'the text is short',
  'it was rejected here',
] as const;

const decision = v.object({
  summary: v.string(),
  pSpecialist: finite,
  /** Absent: there is no large model. */
  pApi: v.optional(finite),
  pApiIsPrior: v.boolean(),
  gain: finite,
  price: finite,
  /** Confidence of the shown part of a local draft. */
  shownP: v.optional(finite),
  features: v.array(v.object({ name: v.string(), value: finite })),
});

/** A next edit that repeats earlier ones. */
const edit = v.object({
  removed: v.string(),
  /** The newest edits that it repeats, newest first. */
  learnedFrom: v.array(v.object({ removed: v.string(), inserted: v.string() })),
  /** Number of places that are offered, this one included. */
  left: finite,
});

/** One completion or next edit, as the list shows it. */
const row = v.object({
  id: v.string(),
  /** ms since 1970. */
  at: finite,
  /** 'src/app.ts'; begins with the folder's name if several folders are open. */
  path: v.string(),
  /** 1-based. */
  line: finite,
  /** The last characters to the left of the cursor in its line, and the suggestion. */
  before: v.string(),
  text: v.string(),
  source: v.picklist(['specialist', 'api', 'edit', 'none']),
  model: v.string(),
  cached: v.boolean(),
  latencyMs: finite,
  costUsd: finite,
  savedUsd: finite,
  outcome: v.picklist(['pending', 'accepted', 'partly-accepted', 'typed', 'rejected', 'ignored']),
  /** If `text` was not shown: its confidence, from which it is shown, and what that is due to. Absent: the setting. */
  heldBack: v.optional(v.object({ p: finite, threshold: finite, why: v.optional(v.picklist(whyHeld)) })),
  /** Absent if there was nothing to decide: the text was typed as suggested, or there was no draft. */
  decision: v.optional(decision),
  /** Present if the source is 'edit': `text` then replaces a text. */
  edit: v.optional(edit),
});

const scopeTotals = v.object({
  completions: finite,
  local: finite,
  api: finite,
  /** Suggestions accepted by key, whole or in part; suggestions typed by hand; characters accepted by key. */
  accepted: finite,
  typed: finite,
  characters: finite,
  spentUsd: finite,
  savedUsd: finite,
  localP50Ms: v.optional(finite),
  apiP50Ms: v.optional(finite),
});
const totals = v.object({ session: scopeTotals, all: scopeTotals });

/** A message at the top of the panel, with the command that resolves it. The most urgent comes first. */
const notice = v.object({
  kind: v.picklist(['info', 'warning']),
  text: v.string(),
  action: v.optional(v.object({ label: v.string(), command: v.picklist(panelCommands) })),
});

const state = v.object({
  status: v.picklist(['ready', 'busy', 'off', 'snoozed', 'starting']),
  /** 'Ready: 1,204 files indexed' */
  statusText: v.string(),
  /** The local model in use, named as in the rows ('base + n-gram'), and the state of its neural part. */
  model: v.object({ kind: v.picklist(['ready', 'starting', 'off', 'failed']), name: v.string(), detail: v.string() }),
  balance: finite,
  /** Minimum confidence of a shown suggestion. */
  showThreshold: finite,
  localOnly: v.boolean(),
  /**
   * Positions of the slider, by rising balance. `share` of completions call the large model, at `usd` an hour. `gain`:
   * relative increase of right lines over the local model alone.
   */
  slider: v.array(v.object({ balance: finite, share: finite, usd: v.optional(finite), gain: v.optional(finite) })),
  /** Name of the large model; '' if it cannot be called. */
  apiModel: v.string(),
  /** Cost of the large model in this calendar month, and the limit. Absent if it is not in use. */
  month: v.optional(v.object({ spentUsd: finite, limitUsd: finite })),
  notices: v.array(notice),
  /** The run in progress. `share` is absent while the total is unknown. */
  progress: v.optional(
    v.object({
      title: v.string(),
      detail: v.string(),
      share: v.optional(finite),
      cancellable: v.boolean(),
    }),
  ),
});

/** The report of a folder's last adaptation. */
const report = v.object({
  folder: v.string(),
  /** ms since 1970. */
  finishedAt: finite,
  /** The same as on the report's page. */
  sections: v.array(section),
});

/** The results of a text task's last run. */
export const task = v.object({
  name: v.string(),
  /** ms since 1970. */
  finishedAt: finite,
  /** The answers are texts: `right` is then their similarity to accepted answers. */
  isText: v.boolean(),
  /** The large model; absent if it has answered nothing. */
  model: v.optional(v.string()),
  texts: finite,
  byPerson: finite,
  byApi: finite,
  inDoubt: finite,
  /** Share of right answers by the share of texts that is sent to the large model; empty if unknown. */
  curve: v.array(v.object({ share: finite, right: finite })),
  /** The texts that the curve was measured on, and the meaning of the bound. */
  notes: v.array(v.string()),
  /** Share of texts that is sent to the large model. */
  operating: v.optional(finite),
  runUsd: finite,
  soFarUsd: finite,
  restUsd: v.optional(finite),
});

const toPanel = v.variant('type', [
  /** The whole state; the newest row first. */
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
  /** A new row, or a changed one with the same id. */
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
/** The totals of one scope: the session, or all time. */
export type ScopeTotals = SchemaOutput<typeof scopeTotals>;
export type TotalsScope = keyof SchemaOutput<typeof totals>;
export type PanelNotice = SchemaOutput<typeof notice>;
export type PanelState = SchemaOutput<typeof state>;
export type PanelModel = PanelState['model'];
export type PanelProgress = NonNullable<PanelState['progress']>;
export type PanelReport = SchemaOutput<typeof report>;
export type PanelTask = SchemaOutput<typeof task>;

/** Validates a message and returns it as it was sent. Undefined if its type is unknown or a part is missing. */
export function parseToPanel(value: unknown): ToPanel | undefined {
  return acceptedAsSent(toPanel, value);
}

/** Validates a message and returns its known fields. Undefined if its type is unknown or a part is missing. */
export function parseFromPanel(value: unknown): FromPanel | undefined {
  return withKnownFields(fromPanel, value);
}

/** The steps of the display threshold: the minimum probability that a shown suggestion is right. */
export const thresholdSteps = { more: 0.3, balanced: 0.45, less: 0.75 } as const;
export type ThresholdStep = keyof typeof thresholdSteps;
/** Wrong suggestions of those shown, by `npm run bench -- typing --bases medium`. */
export const wrongShares: Readonly<Record<ThresholdStep, number>> = { more: 0.35, balanced: 0.26, less: 0.19 };

/** 'claude-haiku-4-5-20251001' -> 'haiku-4-5', 'adapted + n-gram' -> 'adapted'. For narrow places. */
export function shortModel(model: string): string {
  if (model === 'n-gram') return 'index';
  return model
    .replace(/^claude-/, '')
    .replace(/-\d{8}$/, '')
    .replace(/ \+ n-gram$/, '');
}
