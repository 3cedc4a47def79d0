// Next edits in the fake editor, without those that repeat others, for tests of the other sources.
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../../src/common/log.ts';
import type { TabAction } from '../../../src/vscode/edits/offered-edits.ts';
import type { Settings } from '../../../src/vscode/settings/settings.ts';
import { desk } from '../../fakes/vscode-editor.ts';

const { EditOffers } = await import('../../../src/vscode/edits/edit-offers.ts');
const { Activity } = await import('../../../src/vscode/completion/activity.ts');

const disposables: { dispose(): void }[] = [];

/** Call after each test. */
export function dispose(): void {
  for (const one of disposables.splice(0)) one.dispose();
  desk.reset();
}

interface OfferOptions {
  /** The rule of every file but `off`, which is ignored. */
  readonly rule?: 'open' | 'local';
  readonly off?: string;
  readonly settings?: Partial<Settings>;
}

export function offer({ rule = 'open', off = '', settings }: OfferOptions = {}) {
  const state = { tab: undefined as TabAction };
  const activity = new Activity();
  const redacted = (text: string) => text.replaceAll('SECRET', '******');
  const session = {
    secrets: {
      isComplete: true,
      values: async () => {},
      textNow: (text: string) => text,
      text: async (text: string) => redacted(text),
      path: async (path: string) => redacted(path),
    },
    nextEdits: async () => [],
    setHistory: () => {},
  };
  const offers = new EditOffers({
    folders: { of: () => session } as never,
    rules: { of: async (_: unknown, path: string) => (path === off ? 'off' : rule) } as never,
    configuration: {
      for: () => ({ nextEdits: true, ...settings }),
      onDidChange: () => ({ dispose() {} }),
    } as never,
    activity,
    log: silentLog,
    isOn: () => true,
    isSuggested: () => false,
    onOffered: () => {},
    onTabAction: (action) => {
      state.tab = action;
    },
  });
  disposables.push(offers);
  return { offers, activity, state };
}

export async function opened(path: string, text: string) {
  const editor = await desk.open(path, text);
  await import('../../../src/workspace/edits/journal.ts');
  await sleep(5);
  return editor;
}

export async function until(done: () => unknown): Promise<void> {
  while (!done()) await sleep(5);
}

/** Longer than every rest of the parts under test. */
export const quiet = () => sleep(800);
