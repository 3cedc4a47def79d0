// The editor's part of a typist's work: requests go out and are given up as VS Code does it, and what is on the screen is followed.
import type { Clock } from '../../src/common/clock.ts';
import type { Suggester } from '../../src/suggest/suggester.ts';
import { type CompletionRequest, isNothing, type Nothing, type Suggestion } from '../../src/suggest/suggestion.ts';
import { listOpensAt } from '../../src/text/line-state.ts';
import { indentUnitOf, lineBefore } from '../../src/text/lines.ts';
import { languageAt } from '../../src/text/prose-text.ts';
import { type DocumentPosition, LIST_PAUSE_MS, Unanswered } from '../../src/vscode/completion/unanswered.ts';

/** VS Code asks this long after a key, and not at all where the next comes before, ms. */
const EDITOR_DEBOUNCE_MS = 50;
/** A document is told to the specialist when the typing has paused this long, ms (vscode/folder/learned-texts.ts). */
export const SETTLE_MS = 250;

/** A suggestion that came on the screen. */
export interface Shown {
  readonly completion: Suggestion;
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

export interface EditorDeps {
  readonly clock: Clock;
  readonly service: Pick<Suggester, 'suggest' | 'begin' | 'warm' | 'accepted'>;
  readonly setOpenFile: (path: string, text: string) => void;
  /** What the host does before it is asked: the engine begins with the key, and runs the prompt where the cursor rests. */
  readonly ahead: boolean;
}

export interface Ghost {
  /** The text before the cursor that it stands behind. */
  readonly at: string;
  readonly text: string;
  readonly id: string;
  readonly shown: Shown;
  readonly since: number;
}

interface Text {
  readonly prefix: string;
  readonly suffix: string;
}

export class Editor {
  readonly tally: Tally = { shown: [], keys: 0, keysWithText: 0, replaced: 0 };
  /** Told of what comes on the screen. */
  onShown: (ghost: Ghost) => void = () => {};
  private readonly deps: EditorDeps;
  private readonly unanswered = new Unanswered(() => this.now());
  private asking: AbortController | undefined;
  private onScreen: Ghost | undefined;
  private file = { path: '', languageId: '', indentUnit: '  ' };
  private document: Text = { prefix: '', suffix: '' };
  private version = 0;
  private pressedAt = 0;
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: EditorDeps) {
    this.deps = deps;
  }

  get ghost(): Ghost | undefined {
    return this.onScreen;
  }

  /** There is more to answer from, as the host hears it. */
  repeat(): void {
    const early = LIST_PAUSE_MS - (this.now() - this.askedAt);
    if (early > 0 && this.opensList()) {
      this.later(early, () => this.repeat());
      return;
    }
    if (this.unanswered.repeat('', this.place(), true)) void this.ask();
  }

  /** The cursor comes to a place of a file. */
  come(path: string, languageId: string, document: Text): void {
    this.give();
    this.file = { path, languageId, indentUnit: indentUnitOf(document.prefix + document.suffix) };
    this.become(document);
    if (this.deps.ahead) this.deps.service.warm(this.request().query);
  }

  /** What is on the screen was taken, and the document is this now. */
  take(document: Text): void {
    const ghost = this.onScreen;
    if (!ghost) return;
    ghost.shown.taken = true;
    this.deps.service.accepted(ghost.id);
    this.give();
    this.press(document);
  }

  /** A key left this document. */
  press({ prefix, suffix }: Text): void {
    const { service, ahead, setOpenFile } = this.deps;
    this.asking?.abort();
    this.tally.keys++;
    this.pressedAt = this.now();
    this.become({ prefix, suffix });
    const ghost = this.onScreen;
    // Typing along leaves it where it is; all of it typed, or anything else, and it is gone.
    const whole = ghost ? ghost.at + ghost.text : '';
    if (ghost && !(whole.startsWith(prefix) && prefix.length >= ghost.at.length && prefix !== whole)) this.give();
    if (this.onScreen) this.tally.keysWithText++;
    if (ahead) service.begin(this.request());
    this.later(EDITOR_DEBOUNCE_MS, () => void this.ask());
    this.later(SETTLE_MS, () => setOpenFile(this.file.path, prefix + suffix));
  }

  /** Nothing is on the screen from now on. */
  give(): void {
    if (this.onScreen) this.onScreen.shown.seenMs = this.now() - this.onScreen.since;
    this.onScreen = undefined;
  }

  private async ask(): Promise<void> {
    const { version } = this;
    this.asking?.abort();
    const controller = new AbortController();
    this.asking = controller;
    const position = this.place();
    this.askedAt = this.now();
    this.unanswered.begin('', position);
    // No next edit is offered here.
    const result = (await this.deps.service.suggest(this.request(), controller.signal)) as Suggestion | Nothing;
    if (controller.signal.aborted || version !== this.version) return;
    if (!isNothing(result)) {
      this.unanswered.onAnswer('', position);
      this.show(result);
    } else if (this.unanswered.onNoAnswer('', position)) this.later(0, () => void this.ask());
    else this.give();
  }

  private show(completion: Suggestion): void {
    const { tally } = this;
    const ghost = this.onScreen;
    const rest = ghost && (ghost.at + ghost.text).slice(this.document.prefix.length);
    // The same suggestion, less what the editor has closed meanwhile.
    if (ghost && completion.id === ghost.id) {
      this.onScreen = { ...ghost, at: this.document.prefix, text: completion.text };
      return;
    }
    if (ghost && rest !== completion.text) tally.replaced++;
    if (!ghost) tally.keysWithText++;
    this.give();
    const shown: Shown = { completion, waitedMs: this.now() - this.pressedAt, seenMs: 0, taken: false };
    tally.shown.push(shown);
    this.onScreen = { at: this.document.prefix, text: completion.text, id: completion.id, shown, since: this.now() };
    this.onShown(this.onScreen);
  }

  private become({ prefix, suffix }: Text): void {
    this.version++;
    this.document = { prefix, suffix };
  }

  private request(): CompletionRequest {
    const { path, languageId, indentUnit } = this.file;
    const query = { path, languageId: languageAt(languageId, this.document.prefix), ...this.document };
    return { query, trigger: 'automatic', indentUnit, opensList: this.opensList() };
  }

  /** With the editor's usual settings. */
  private opensList(): boolean {
    return listOpensAt(this.file.languageId, lineBefore(this.document.prefix)) !== undefined;
  }

  private place(): DocumentPosition {
    return { document: this.file.path, version: this.version, line: 0, character: this.document.prefix.length };
  }

  private now(): number {
    return this.deps.clock.monotonic();
  }

  /** Where no key has come by then. */
  private later(ms: number, work: () => void): void {
    const { version } = this;
    void this.deps.clock.sleep(ms).then(() => {
      if (version === this.version) work();
    });
  }
}
