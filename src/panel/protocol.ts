// What the panel and its owner tell each other. Plain data; both sides check what they receive before they use it.

/** The panel's texts, translated by the host. `{0}`, `{1}` are filled in by the panel. */
export type PanelStrings = Readonly<Record<string, string>>;

export type PanelSource = 'specialist' | 'api' | 'none';
export type PanelOutcome = 'pending' | 'accepted' | 'partly-accepted' | 'rejected' | 'ignored';

/** One completion, as the list shows it. */
export interface PanelRow {
  readonly id: string;
  /** ms since 1970. */
  readonly at: number;
  /** 'src/app.ts', with the folder's name before it where several folders are open. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** The end of the line before the cursor, and what was proposed there. */
  readonly before: string;
  readonly text: string;
  readonly source: PanelSource;
  readonly model: string;
  readonly cached: boolean;
  readonly latencyMs: number;
  readonly costUsd: number;
  readonly savedUsd: number;
  readonly outcome: PanelOutcome;
  /** Absent where there was no decision to make: typed as suggested, or nothing came. */
  readonly decision?: PanelDecision;
}

export interface PanelDecision {
  readonly summary: string;
  readonly pSpecialist: number;
  readonly pApi: number;
  readonly pApiIsPrior: boolean;
  readonly gain: number;
  readonly price: number;
  readonly reasons: readonly { readonly name: string; readonly value: number }[];
}

export interface PanelTotals {
  readonly completions: number;
  readonly local: number;
  readonly api: number;
  readonly accepted: number;
  readonly spentUsd: number;
  readonly savedUsd: number;
  readonly localP50Ms?: number | undefined;
  readonly localP95Ms?: number | undefined;
  readonly apiP50Ms?: number | undefined;
  readonly apiP95Ms?: number | undefined;
}

/** Something that the user should know, with the command that mends it. Shown above everything, most urgent first. */
export interface PanelNotice {
  readonly kind: 'info' | 'warning';
  readonly text: string;
  readonly action?: { readonly label: string; readonly command: PanelCommand };
}

/** Work that is under way. `share` is undefined while the total is unknown. */
export interface PanelProgress {
  readonly title: string;
  readonly detail: string;
  readonly share?: number;
  readonly cancellable: boolean;
}

/** Which model answers now, and how it is with the neural one. */
export interface PanelModel {
  readonly kind: 'ready' | 'starting' | 'off' | 'failed';
  /** 'base + n-gram', as the rows name it. */
  readonly name: string;
  readonly detail: string;
}

export interface PanelState {
  readonly status: 'ready' | 'busy' | 'off' | 'snoozed' | 'starting';
  /** 'Ready: 1,204 files indexed' */
  readonly statusText: string;
  readonly model: PanelModel;
  readonly balance: number;
  readonly localOnly: boolean;
  /** The API's model, or '' where none is set up. */
  readonly apiModel: string;
  /** What the API has cost this calendar month, and the limit. Absent where it is not in use. */
  readonly month?: { readonly spentUsd: number; readonly limitUsd: number };
  readonly notices: readonly PanelNotice[];
  readonly progress?: PanelProgress;
}

/** Models on the same held-out places, the same measures each. */
export interface PanelComparison {
  /** What the run decided, and why. */
  readonly verdict: string;
  /** The adapted model was not better, and is not used. */
  readonly rolledBack: boolean;
  readonly measures: readonly string[];
  readonly models: readonly {
    readonly name: string;
    readonly used: boolean;
    /** Of the mixture, nats a token, which decides; absent for what is no mixture, and in reports of earlier versions. */
    readonly loss?: number;
    /** One for each measure, 0..1. */
    readonly values: readonly number[];
  }[];
}

/** One folder's last adaptation, told in the panel's own sections. */
export interface PanelReport {
  readonly folder: string;
  /** ms since 1970. */
  readonly finishedAt: number;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly comparison?: PanelComparison;
  /** Share right among the most confident 10, 20, 30, 50 and all of the places, 0..1. */
  readonly precision: readonly { readonly coverage: string; readonly share: number }[];
  readonly leftOut: readonly {
    readonly reason: string;
    readonly count: number;
    readonly examples: readonly string[];
  }[];
  readonly examples: readonly PanelExample[];
  readonly notes: readonly string[];
}

export interface PanelExample {
  readonly path: string;
  readonly line: number;
  readonly before: string;
  readonly truth: string;
  readonly answer: string;
  readonly model: string;
  readonly right: boolean;
}

export type TotalsScope = 'session' | 'all';

export type ToPanel =
  | {
      readonly type: 'init';
      readonly strings: PanelStrings;
      readonly locale: string;
      readonly state: PanelState;
      /** Newest first. */
      readonly rows: readonly PanelRow[];
      readonly totals: Readonly<Record<TotalsScope, PanelTotals>>;
      readonly reports: readonly PanelReport[];
    }
  | { readonly type: 'state'; readonly state: PanelState }
  /** New or changed, by id. */
  | { readonly type: 'row'; readonly row: PanelRow }
  | { readonly type: 'totals'; readonly totals: Readonly<Record<TotalsScope, PanelTotals>> }
  | { readonly type: 'reports'; readonly reports: readonly PanelReport[] }
  | { readonly type: 'clear' }
  | { readonly type: 'reveal'; readonly section: 'report' };

/** What the panel may ask the host to run; each is a command of the extension. */
export const panelCommands = [
  'adapt',
  'cancelAdapt',
  'setApiKey',
  'allowApi',
  'snooze',
  'unsnooze',
  'enableHere',
  'showMenu',
  'showLog',
  'openSettings',
  'manageTrust',
] as const;
export type PanelCommand = (typeof panelCommands)[number];

export type FromPanel =
  | { readonly type: 'ready' }
  | { readonly type: 'balance'; readonly value: number }
  | { readonly type: 'command'; readonly command: PanelCommand }
  /** Show the place where a completion was asked for. */
  | { readonly type: 'open'; readonly id: string };

/** 'claude-haiku-4-5-20251001' -> 'haiku-4-5', as both sides show it where room is short; titles say it all. */
export function shortModel(model: string): string {
  return model.replace(/^claude-/, '').replace(/-\d{8}$/, '');
}

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A message from the panel; undefined when it is none that we know. */
export function parseFromPanel(value: unknown): FromPanel | undefined {
  if (!isFields(value)) return undefined;
  switch (value.type) {
    case 'ready':
      return { type: 'ready' };
    case 'balance':
      return typeof value.value === 'number' && value.value >= 0 && value.value <= 1
        ? { type: 'balance', value: value.value }
        : undefined;
    case 'command': {
      const command = panelCommands.find((known) => known === value.command);
      return command === undefined ? undefined : { type: 'command', command };
    }
    case 'open':
      return typeof value.id === 'string' && value.id.length <= 100 ? { type: 'open', id: value.id } : undefined;
    default:
      return undefined;
  }
}
