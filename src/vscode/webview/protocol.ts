// What the panel and its owner tell each other, as the host sees it: plain data. Both sides check what they receive before they use it.
import {
  isFields,
  type PanelNotice,
  type PanelRow,
  type PanelState,
  panelCommands,
  type ToPanel,
} from './message-shapes.ts';

export type {
  PanelComparison,
  PanelDecision,
  PanelExample,
  PanelNotice,
  PanelReport,
  PanelRow,
  PanelState,
  PanelStrings,
  PanelTask,
  PanelTotals,
  ToPanel,
} from './message-shapes.ts';
export { panelCommands } from './message-shapes.ts';
export type PanelOutcome = PanelRow['outcome'];
export type PanelModel = PanelState['model'];
export type PanelProgress = NonNullable<PanelState['progress']>;
export type PanelCommand = NonNullable<PanelNotice['action']>['command'];
export type TotalsScope = keyof Extract<ToPanel, { type: 'totals' }>['totals'];

/** How much is shown, as three steps of `showBar`: what is more than a little likely, what is likelier right than wrong, what is nearly certain. */
export const barSteps = { more: 0.25, balanced: 0.5, less: 0.75 } as const;
export type BarStep = keyof typeof barSteps;

export type FromPanel =
  | { readonly type: 'ready' }
  | { readonly type: 'balance' | 'bar'; readonly value: number }
  | { readonly type: 'command'; readonly command: PanelCommand }
  /** Show the place where a completion was asked for. */
  | { readonly type: 'open'; readonly id: string };

/** 'claude-haiku-4-5-20251001' -> 'haiku-4-5', 'adapted + n-gram' -> 'adapted', as both sides show it where room is short; titles say it all. */
export function shortModel(model: string): string {
  if (model === 'n-gram') return 'index';
  return model
    .replace(/^claude-/, '')
    .replace(/-\d{8}$/, '')
    .replace(/ \+ n-gram$/, '');
}

/** A message from the panel; undefined when it is none that we know. */
export function parseFromPanel(value: unknown): FromPanel | undefined {
  if (!isFields(value)) return undefined;
  switch (value.type) {
    case 'ready':
      return { type: 'ready' };
    case 'balance':
    case 'bar':
      return typeof value.value === 'number' && value.value >= 0 && value.value <= 1
        ? { type: value.type, value: value.value }
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
