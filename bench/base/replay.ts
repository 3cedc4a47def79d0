// The editor's part of a replay: keys come in their own time, requests go out and are given up as VS Code does it, and what is on
// the screen is followed.
import type { Clock } from '../../src/common/clock.ts';
import type { CompletionService } from '../../src/complete/service.ts';
import type { Completion, CompletionRequest } from '../../src/complete/types.ts';
import { type CursorPlace, Unanswered } from '../../src/host/completion/unanswered.ts';
import type { Key, Visit } from './typist.ts';

/** VS Code asks this long after a key, and not at all where the next comes before, ms. */
const EDITOR_DEBOUNCE_MS = 50;
/** A document is told to the specialist when the typing has paused this long, ms (host/folder/documents.ts). */
const SETTLE_MS = 250;
/** Right ghost text is taken where the typist pauses and has had this long to read it, ms. */
const READING_MS = 350;
const LEAST_TAKEN = 3;
const LANGUAGE = 'typescript';

/** A suggestion that came on the screen. */
export interface Shown {
  readonly completion: Completion;
  /** Since the key that it answers. */
  readonly waitedMs: number;
  /** Until it was gone. */
  seenMs: number;
  taken: boolean;
}

export interface Tally {
  readonly shown: Shown[];
  /** Keys that left a place to ask about, and those of them after which something was on the screen at some time. */
  keys: number;
  keysWithText: number;
  /** Another text in the place of one that could still be seen. */
  replaced: number;
}

export interface Editor {
  readonly clock: Clock;
  readonly service: CompletionService;
  readonly setOpenFile: (path: string, text: string) => void;
  /** What the host does before it is asked: the engine begins with the key, and runs the prompt where the cursor rests. */
  readonly ahead: boolean;
}

interface Ghost {
  readonly at: string;
  readonly text: string;
  readonly id: string;
  readonly shown: Shown;
  readonly since: number;
}

export class Replay {
  readonly tally: Tally = { shown: [], keys: 0, keysWithText: 0, replaced: 0 };
  private readonly editor: Editor;
  private readonly unanswered = new Unanswered();
  private asking: AbortController | undefined;
  private ghost: Ghost | undefined;
  private path = '';
  private document: Pick<Key, 'prefix' | 'suffix'> = { prefix: '', suffix: '' };
  private version = 0;
  private pressedAt = 0;

  constructor(editor: Editor) {
    this.editor = editor;
  }

  /** There is more to answer from, as the host hears it. */
  repeat(): void {
    if (this.unanswered.repeat('', this.place(), true)) void this.ask();
  }

  async visit({ path, prefix, suffix, keys }: Visit): Promise<void> {
    this.give();
    this.path = path;
    this.become({ prefix, suffix });
    if (this.editor.ahead) this.editor.service.warm({ path, languageId: LANGUAGE, prefix, suffix });
    let next = this.now();
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as Key;
      next += key.afterMs;
      if (key.afterMs > 2 * READING_MS) {
        await this.until(next - READING_MS / 2);
        const taken = this.takeable(keys, i);
        if (taken !== undefined) {
          this.take(keys[taken] as Key);
          next = this.now();
          i = taken;
          continue;
        }
      }
      await this.until(next);
      next = this.now();
      this.press(key);
    }
    await this.editor.clock.sleep(SETTLE_MS * 2);
    this.give();
  }

  /** The key after which the text is what is on the screen, where the typist has read it and wants it. */
  private takeable(keys: readonly Key[], from: number): number | undefined {
    const { ghost } = this;
    if (!ghost || this.now() - ghost.since < READING_MS || ghost.text.length < LEAST_TAKEN) return undefined;
    const at = keys.findIndex(({ prefix }, i) => i >= from && prefix === ghost.at + ghost.text);
    return at < 0 ? undefined : at;
  }

  private take(key: Key): void {
    const { ghost } = this;
    if (!ghost) return;
    ghost.shown.taken = true;
    this.editor.service.accepted(ghost.id);
    this.give();
    this.press(key);
  }

  private press({ prefix, suffix }: Key): void {
    this.asking?.abort();
    this.tally.keys++;
    this.pressedAt = this.now();
    this.become({ prefix, suffix });
    const { ghost } = this;
    // Typing along leaves it where it is; all of it typed, or anything else, and it is gone.
    const whole = ghost ? ghost.at + ghost.text : '';
    if (ghost && !(whole.startsWith(prefix) && prefix.length >= ghost.at.length && prefix !== whole)) this.give();
    if (this.ghost) this.tally.keysWithText++;
    if (this.editor.ahead) this.editor.service.begin(this.request());
    this.later(EDITOR_DEBOUNCE_MS, () => void this.ask());
    this.later(SETTLE_MS, () => this.editor.setOpenFile(this.path, prefix + suffix));
  }

  private async ask(): Promise<void> {
    const { version } = this;
    this.asking?.abort();
    const controller = new AbortController();
    this.asking = controller;
    const place = this.place();
    this.unanswered.begin('', place);
    this.unanswered.isRepeat(place);
    const completion = await this.editor.service.complete(this.request(), controller.signal);
    if (controller.signal.aborted || version !== this.version) return;
    if (completion) {
      this.unanswered.answered('', place);
      this.show(completion);
    } else if (this.unanswered.nothing('', place)) this.later(0, () => void this.ask());
    else this.give();
  }

  private show(completion: Completion): void {
    const { ghost, tally } = this;
    const rest = ghost && (ghost.at + ghost.text).slice(this.document.prefix.length);
    // The same suggestion, less what the editor has closed meanwhile.
    if (ghost && completion.id === ghost.id) {
      this.ghost = { ...ghost, at: this.document.prefix, text: completion.text };
      return;
    }
    if (ghost && rest !== completion.text) tally.replaced++;
    if (!ghost) tally.keysWithText++;
    this.give();
    const shown: Shown = { completion, waitedMs: this.now() - this.pressedAt, seenMs: 0, taken: false };
    tally.shown.push(shown);
    this.ghost = {
      at: this.document.prefix,
      text: completion.text,
      id: completion.id,
      shown,
      since: this.now(),
    };
  }

  /** Nothing is on the screen from now on. */
  private give(): void {
    if (this.ghost) this.ghost.shown.seenMs = this.now() - this.ghost.since;
    this.ghost = undefined;
  }

  private become(document: Pick<Key, 'prefix' | 'suffix'>): void {
    this.version++;
    this.document = { prefix: document.prefix, suffix: document.suffix };
  }

  private request(): CompletionRequest {
    const query = { path: this.path, languageId: LANGUAGE, ...this.document };
    return { query, trigger: 'automatic', indentUnit: '  ' };
  }

  private place(): CursorPlace {
    return { document: this.path, version: this.version, line: 0, character: this.document.prefix.length };
  }

  private now(): number {
    return this.editor.clock.monotonic();
  }

  private async until(at: number): Promise<void> {
    const left = at - this.now();
    if (left > 0) await this.editor.clock.sleep(left);
  }

  /** Where no key has come by then. */
  private later(ms: number, work: () => void): void {
    const { version } = this;
    void this.editor.clock.sleep(ms).then(() => {
      if (version === this.version) work();
    });
  }
}
