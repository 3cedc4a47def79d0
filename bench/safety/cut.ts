// What is cut out of files before it is sent: lines of private keys, the texts of a task, the hunks of a change.
import { redactKnown, SecretValues } from '../../src/workspace/secrets/known/known.ts';
import { findSecrets } from '../../src/workspace/secrets/redact.ts';
import {
  changedFiles,
  keyCarriers,
  keyLogs,
  passwordOf,
  sentChange,
  taskTexts,
  users,
} from '../../test/support/cut-texts.ts';
import { type KeyKind, keyKinds, keyLines, linesLeft, pemOf } from '../../test/support/keys.ts';
import { Tree } from '../../test/workspace/files/tree.ts';
import { type Campaign, Tally } from './campaign.ts';

/** Keys of each kind. */
const keys = 40;
const keysInTasks = 3;

interface Key {
  readonly kind: KeyKind;
  readonly lines: readonly string[];
}

function keysOf(seed: number, count: number): Key[] {
  return keyKinds.flatMap((kind) =>
    Array.from({ length: count }, (_, i) => ({ kind, lines: keyLines(`${seed}-${kind}-${i}`, kind) })),
  );
}

async function inRepository<T>(work: (tree: Tree) => Promise<T>): Promise<T> {
  const tree = new Tree();
  try {
    tree.git('init', '-q');
    return await work(tree);
  } finally {
    tree.remove();
  }
}

/** Each line of a key that is not redacted has failed. */
function count(tally: Tally, text: string, { kind, lines }: Key): void {
  const left = new Set(linesLeft(text, lines));
  for (const line of lines) tally.try(!left.has(line), `${kind}: ${line}`);
}

export const cutCampaign: Campaign = {
  name: 'cut',
  what: 'secrets that only the whole file shows: lines of keys, texts of tasks, hunks of changes',
  run: async (show, { seed }) => {
    const known = keysOf(seed, keys).map((key) => {
      const values = new SecretValues();
      values.learn(findSecrets(pemOf(key.lines, key.kind), 'key.txt'));
      return { ...key, values };
    });
    for (const [how, textsOf] of Object.entries(keyCarriers)) {
      const tally = new Tally();
      for (const key of known) {
        const redacted = textsOf(key.lines).map((text) => redactKnown(text, 'notes.txt', [key.values]).text);
        count(tally, redacted.join('\n'), key);
      }
      show(tally.row('cut: lines of a known key', how));
    }
    for (const [how, log] of Object.entries(keyLogs)) {
      const tally = new Tally();
      for (const key of keysOf(seed, keysInTasks))
        await inRepository(async (tree) => {
          const source = { kind: 'lines', path: 'scratch/run.log' };
          const texts = await taskTexts(tree, source, `starting\n${log(pemOf(key.lines, key.kind).split('\n'))}done\n`);
          count(tally, texts.join('\n'), key);
        });
      show(tally.row('cut: lines of a log as texts of a task', how));
    }
    for (const [path, form] of Object.entries(changedFiles)) {
      const tally = new Tally();
      const changed = await inRepository((tree) => sentChange(tree, path, form(1), form(2)));
      const removed = await inRepository((tree) => sentChange(tree, path, form(1), undefined));
      for (const turn of [0, 1, 2])
        for (const user of users) {
          const password = passwordOf(user, turn);
          tally.try(!changed.includes(password) && !removed.includes(password), password);
        }
      show(tally.row("cut: a commit message's request", path));
    }
  },
};
