// Next edits in the fake editor, with or without those that repeat others.
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../../src/common/log.ts';
import { type EditHistory, nextEdit, type TextFile } from '../../../src/edits/history/edit.ts';
import type { EditedPlace } from '../../../src/edits/large-model/place.ts';
import type { TabAction } from '../../../src/edits/offers.ts';
import { type NextEditsInput, nextEdits } from '../../../src/edits/rules/repeated.ts';
import type { Settings } from '../../../src/vscode/settings/settings.ts';
import { desk } from '../../fakes/vscode-editor.ts';

const { EditOffers } = await import('../../../src/vscode/edits/edit-offers.ts');
const { Documents } = await import('../../../src/vscode/folder/documents.ts');
const { Activity } = await import('../../../src/vscode/completion/activity.ts');

const disposables: { dispose(): void }[] = [];

/** Call after each test. */
export function dispose(): void {
  for (const one of disposables.splice(0)) one.dispose();
  desk.reset();
}

interface OfferOptions {
  /** The rule of every file but `off`, which is ignored, and `local`, which git ignores. */
  readonly rule?: 'open' | 'local' | 'off';
  readonly off?: string;
  readonly local?: string;
  readonly settings?: Partial<Settings>;
  readonly isOn?: boolean;
  /** The folder's files, where edits that repeat others are found; absent: no edit repeats others. */
  readonly files?: readonly TextFile[];
  /** The large model's edit; absent: it knows none. */
  readonly follows?: { readonly start: number; readonly end: number; readonly text: string; readonly sure: number };
  /** See NextEditsInput. */
  readonly least?: number | 'usual';
  /** What each search waits for first. */
  readonly delay?: () => Promise<unknown>;
}

type SettingsListener = (affects: (name: string) => boolean) => unknown;

/** The editor's documents, with a rule for each path. */
export function documentsWith(
  configuration: object = { onDidChange: () => ({ dispose() {} }) },
  rule: (path: string) => 'open' | 'local' | 'off' = () => 'open',
) {
  const documents = new Documents({ configuration: configuration as never, log: silentLog });
  disposables.push(documents);
  return Object.assign(documents, {
    ruleOf: async ({ path }: { readonly path: string }) => rule(path),
    mayLeave: ({ path }: { readonly path: string }) => rule(path) === 'open',
  });
}

export function offer({
  rule = 'open',
  off = '',
  local = '',
  settings,
  isOn = true,
  files,
  least = 0,
  follows,
  delay,
}: OfferOptions = {}) {
  const listeners: SettingsListener[] = [];
  const configuration = {
    for: () => ({ nextEdits: true, ...settings }),
    onDidChange: (listener: SettingsListener) => {
      listeners.push(listener);
      return { dispose() {} };
    },
  };
  const documents = documentsWith(configuration, (path) => (path === off ? 'off' : path === local ? 'local' : rule));
  const state = {
    tab: undefined as TabAction,
    asked: 0,
    /** Searches at work. */
    running: 0,
    taken: 0,
    /** New lines that are shown as ghost text. */
    lines: undefined as string | undefined,
    histories: [] as EditHistory[],
    changeSettings: (affects: (name: string) => boolean) => {
      for (const listener of listeners) listener(affects);
    },
  };
  const activity = new Activity();
  const redacted = (text: string) => text.replaceAll('SECRET', '******');
  const session = {
    secrets: {
      isComplete: true,
      known: async () => {},
      textNow: (text: string) => text,
      text: async (text: string) => redacted(text),
      path: async (path: string) => redacted(path),
    },
    ngram: {
      nextEdits: async (input: NextEditsInput) => {
        state.asked++;
        await delay?.();
        if (files === undefined) return [];
        state.running++;
        const found = await nextEdits({
          ...input,
          filesWith: () => [...files],
          ...(least !== 'usual' && { least }),
          ms: 10_000,
        });
        state.running--;
        return found;
      },
    },
    service: {
      following: {
        after: async (place: EditedPlace) =>
          follows
            ? nextEdit(place, follows, {
                origin: { kind: 'follows', model: 'large', latencyMs: 1, costUsd: 0 },
                ...{ rule: 'follows', learnedFrom: [], left: 1, probability: follows.sure, least: 0.3 },
              })
            : 'the large model knows no edit',
        judgedByUser() {},
      },
    },
    specialist: { setHistory: (history: EditHistory) => state.histories.push(history) },
  };
  const offers = new EditOffers({
    folders: { of: () => session } as never,
    ...{ documents, configuration: configuration as never, activity },
    log: silentLog,
    isOn: () => isOn,
    isSuggested: () => false,
    onOffered: () => {},
    showLines: ({ document, selection }) => {
      state.lines = offers.inLine(document, selection.active, true)?.inserts;
      offers.onGhostText(state.lines !== undefined);
    },
    onLineTaken: () => state.taken++,
    onTabAction: (action) => {
      state.tab = action;
    },
  });
  disposables.push(offers);
  return { offers, activity, state };
}

export async function opened(path: string, text: string) {
  const editor = await desk.open(path, text);
  // The journal is imported on first use.
  await import('../../../src/edits/history/journal.ts');
  await sleep(5);
  return editor;
}

export async function until(done: () => unknown): Promise<void> {
  while (!done()) await sleep(5);
}

/** Goes to the offered edit, and applies it there. */
export async function take(offers: InstanceType<typeof EditOffers>): Promise<void> {
  await offers.goTo();
  await offers.apply();
}

/** Longer than every rest of the parts under test. */
export const quiet = () => sleep(800);
