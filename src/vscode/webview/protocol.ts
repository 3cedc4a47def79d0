// Messages between the panel and the extension: plain data. The extension checks what the page sends.
import * as v from 'valibot';
import type { Section } from '../../adapt/report/report-document.ts';
import type { Outcome } from '../../common/completion.ts';
import type { SchemaOutput } from '../../common/schemas.ts';

/** A next edit that repeats earlier ones. */
interface RepeatedEdit {
  readonly removed: string;
  /** The newest edits that it repeats, newest first. */
  readonly learnedFrom: readonly { readonly removed: string; readonly inserted: string }[];
  /** Number of places that are offered, this one included. */
  readonly left: number;
  /** Places that are not sure enough, and their files. */
  readonly unsure?: { readonly count: number; readonly paths: readonly string[] };
}

/** One completion or next edit, as the list shows it. */
export interface PanelRow {
  readonly id: string;
  /** ms since 1970. */
  readonly at: number;
  /** 'src/app.ts'; begins with the folder's name if several folders are open. */
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  /** The last characters to the left of the cursor in its line, and the suggestion. */
  readonly before: string;
  readonly text: string;
  readonly source: 'specialist' | 'api' | 'edit' | 'none';
  readonly model: string;
  readonly cached: boolean;
  readonly latencyMs: number;
  readonly costUsd: number;
  readonly savedUsd: number;
  readonly outcome: Outcome;
  /** If `text` was not shown: its confidence, from which it is shown, and what that is due to. Absent: the setting. */
  readonly heldBack?: { readonly p: number; readonly threshold: number; readonly why?: string };
  /** Confidence of the part that is shown or held back, not of the whole draft. */
  readonly confidence?: number;
  /** The decision in words; absent for a next edit. */
  readonly summary?: string;
  /** Present if the source is 'edit': `text` then replaces a text. */
  readonly edit?: RepeatedEdit;
}

/** This session's figures. */
export interface PanelTotals {
  readonly completions: number;
  readonly local: number;
  readonly api: number;
  /** Suggestions accepted by key, whole or in part; typed by hand; characters accepted by key, those of edits too. */
  readonly accepted: number;
  readonly typed: number;
  /** Next edits that were offered, and applied by key. */
  readonly edits: number;
  readonly applied: number;
  readonly characters: number;
  readonly spentUsd: number;
  readonly savedUsd: number;
  readonly localP50Ms?: number;
  readonly apiP50Ms?: number;
}

/** A message at the top of the panel, with the command that resolves it. The most urgent comes first. */
export interface PanelNotice {
  readonly kind: 'info' | 'warning';
  /** A paragraph a line. */
  readonly text: string;
  readonly action?: PanelAction;
  /** A second choice. */
  readonly other?: PanelAction;
  readonly decline?: PanelAction;
}

export interface PanelAction {
  readonly label: string;
  /** One that the host allows the page: see `inPanel` in editor/surface.ts. */
  readonly command: string;
}

/** The run in progress. `share` is absent while the total is unknown. */
export interface PanelProgress {
  readonly title: string;
  readonly detail: string;
  readonly share?: number;
  readonly cancellable: boolean;
}

/** The local model in use, named as in the rows ('base + n-gram'), and the state of its neural part. */
export interface PanelModel {
  readonly kind: 'ready' | 'starting' | 'off' | 'failed';
  readonly name: string;
  readonly detail: string;
}

export interface PanelState {
  readonly status: 'ready' | 'busy' | 'off' | 'snoozed' | 'starting';
  /** 'Ready: 1,204 files indexed' */
  readonly statusText: string;
  readonly model: PanelModel;
  readonly balance: number;
  /** Minimum confidence of a shown suggestion. */
  readonly showThreshold: number;
  readonly localOnly: boolean;
  /**
   * Positions of the slider, by rising balance. `share` of completions call the large model, at `usd` an hour. `gain`:
   * relative increase of right lines over the local model alone.
   */
  readonly slider: readonly {
    readonly balance: number;
    readonly share: number;
    readonly usd: number;
    readonly gain?: number;
  }[];
  /** Name of the large model; '' if it cannot be called. */
  readonly apiModel: string;
  /** Cost of the large model in this calendar month, and the limit. Absent if it is not in use. */
  readonly month?: { readonly spentUsd: number; readonly limitUsd: number };
  readonly notices: readonly PanelNotice[];
  readonly progress?: PanelProgress;
}

/** The report of a folder's last adaptation. */
export interface PanelReport {
  readonly folder: string;
  /** ms since 1970. */
  readonly finishedAt: number;
  readonly sections: readonly Section[];
}

export type ToPanel =
  /** The whole state; the newest row first. */
  | {
      readonly type: 'init';
      readonly locale: string;
      readonly state: PanelState;
      readonly rows: readonly PanelRow[];
      readonly totals: PanelTotals;
      readonly reports: readonly PanelReport[];
      /** Buttons above the reports. */
      readonly reportActions: readonly PanelAction[];
    }
  | { readonly type: 'state'; readonly state: PanelState }
  /** A new row, or a changed one with the same id. */
  | { readonly type: 'row'; readonly row: PanelRow; readonly totals: PanelTotals }
  | { readonly type: 'reports'; readonly reports: readonly PanelReport[] }
  /** Shows the report. */
  | { readonly type: 'reveal' };

const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const fromPanel = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.picklist(['balance', 'threshold']), value: fraction }),
  v.object({ type: v.literal('command'), command: v.pipe(v.string(), v.maxLength(60)) }),
  /** Show the cursor position of a completion. */
  v.object({ type: v.literal('open'), id: v.pipe(v.string(), v.maxLength(100)) }),
]);

export type FromPanel = SchemaOutput<typeof fromPanel>;

/** Validates a message and returns its known fields. Undefined if its type is unknown or a part is missing. */
export function parseFromPanel(value: unknown): FromPanel | undefined {
  return withKnownFields(fromPanel, value);
}

/** Returns only the schema's fields. Undefined: unknown type, or a part is missing. */
export function withKnownFields<S extends v.GenericSchema>(schema: S, value: unknown): SchemaOutput<S> | undefined {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? (parsed.output as SchemaOutput<S>) : undefined;
}

/** The steps of the display threshold: the minimum probability that a shown suggestion is right. */
export const thresholdSteps = { more: 0.3, balanced: 0.45, less: 0.75 } as const;
export type ThresholdStep = keyof typeof thresholdSteps;
/** Wrong suggestions of those shown, by `npm run bench -- typing --bases medium`. */
export const wrongShares: Readonly<Record<ThresholdStep, number>> = { more: 0.35, balanced: 0.26, less: 0.19 };

/**
 * 'claude-haiku-4-5-20251001' -> 'haiku-4-5', 'adapted + n-gram' -> 'adapted', 'rename of `total`' -> 'rename'. For
 * narrow places.
 */
export function shortModel(model: string): string {
  if (model === 'n-gram') return 'index';
  // A server of one's own may name a model by its file.
  return model
    .replace(/^.*\/(?=.)/, '')
    .replace(/^claude-/, '')
    .replace(/-\d{8}$/, '')
    .replace(/ \+ n-gram$/, '')
    .replace(/^(rename) of .*|^(quick fix): .*/, '$1$2');
}
