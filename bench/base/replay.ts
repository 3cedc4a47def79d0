// A visit played back: its keys in their own time, and right ghost text taken where the typist has read it.
import type { Clock } from '../../src/common/clock.ts';
import { type Editor, SETTLE_MS } from '../common/editor.ts';
import type { Key, Visit } from '../common/typist.ts';

/** Right ghost text is taken where the typist pauses and has had this long to read it, ms. */
const READING_MS = 350;
const LEAST_TAKEN = 3;

export async function replay(editor: Editor, clock: Clock, { path, prefix, suffix, keys }: Visit): Promise<void> {
  const until = async (at: number) => {
    const left = at - clock.monotonic();
    if (left > 0) await clock.sleep(left);
  };
  editor.come(path, 'typescript', { prefix, suffix });
  let next = clock.monotonic();
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as Key;
    next += key.afterMs;
    if (key.afterMs > 2 * READING_MS) {
      await until(next - READING_MS / 2);
      const taken = takeable(editor, clock, keys, i);
      if (taken !== undefined) {
        editor.take(keys[taken] as Key);
        next = clock.monotonic();
        i = taken;
        continue;
      }
    }
    await until(next);
    next = clock.monotonic();
    editor.press(key);
  }
  await clock.sleep(SETTLE_MS * 2);
  editor.give();
}

/** The key after which the text is what is on the screen, where the typist has read it and wants it. */
function takeable({ ghost }: Editor, clock: Clock, keys: readonly Key[], from: number): number | undefined {
  if (!ghost || clock.monotonic() - ghost.since < READING_MS || ghost.text.length < LEAST_TAKEN) return undefined;
  const at = keys.findIndex(({ prefix }, i) => i >= from && prefix === ghost.at + ghost.text);
  return at < 0 ? undefined : at;
}
