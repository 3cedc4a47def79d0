// The secrets of open documents. A password that is typed is found at each pause, so this tells whole values from
// stages of typing one: whole values stay known until the folder is closed, and stages only in small numbers.

import { type SecretRange, SecretValues } from '../../workspace/secrets/secrets.ts';

/** A value at which the latest change was made. */
interface FreshValue {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** It is what a deletion has left of a longer one. */
  readonly isRest: boolean;
}

interface OpenDocument {
  readonly text: string;
  readonly fresh: readonly FreshValue[];
}

/** Old text from `start` to `oldEnd` was replaced by new text from `start` to `end`. */
interface Change {
  readonly start: number;
  readonly oldEnd: number;
  readonly end: number;
}

/** Maximum number of stages that are kept. Beyond it, the older half is dropped. */
const maxStages = 200;
/** A shorter stage may be a part of any identifier. UTF-16 units. */
const minStageLength = 8;

export class TypedSecrets {
  private readonly whole = new SecretValues();
  private stages = new SecretValues();
  /** Values that may be half typed. They are redacted while their document has them. */
  private freshValues = new SecretValues();
  private readonly documents = new Map<string, OpenDocument>();

  get known(): readonly SecretValues[] {
    return [this.whole, this.stages, this.freshValues];
  }

  /**
   * Records the secrets that were found in a document's text.
   * @param inOnePiece the change since the last call inserted or removed a text at once: a paste, a cut, an undo
   */
  learn(path: string, text: string, found: readonly SecretRange[], inOnePiece: boolean): void {
    const earlier = this.documents.get(path);
    if (earlier?.text === text) return;
    const distinctive = found.filter(({ isDistinctive }) => isDistinctive);
    if (earlier === undefined) {
      this.whole.learn(distinctive);
      this.documents.set(path, { text, fresh: [] });
      return;
    }
    // The user has left the values of other documents as they are.
    for (const other of this.documents.keys()) if (other !== path) this.keepFresh(other);
    const change = changeBetween(earlier.text, text);
    for (const fresh of earlier.fresh) this.settle(fresh, change, distinctive);
    const isRest = change.start === change.end;
    const fresh: FreshValue[] = [];
    for (const { value, start, end } of distinctive) {
      if (this.whole.has(value)) continue;
      if (inOnePiece && start >= change.start && end <= change.end) this.whole.add(value);
      else fresh.push({ value, start, end, isRest: isRest && start <= change.start && change.start <= end });
    }
    this.documents.set(path, { text, fresh });
    this.collectFresh();
  }

  closed(path: string): void {
    this.keepFresh(path);
    this.documents.delete(path);
    this.collectFresh();
  }

  /** Keeps what the change was made at: a value that was only extended, as a stage of typing; any other, as whole. */
  private settle({ value, start, end, isRest }: FreshValue, change: Change, found: readonly SecretRange[]): void {
    const isUntouched = change.oldEnd < start || change.start > end;
    const isExtended = change.oldEnd === change.start;
    if (isUntouched || found.some((range) => range.value === value) || !(isExtended || isRest)) this.whole.add(value);
    // What was typed behind it may have shown that it is no secret, such as a bracket behind a name.
    else if (change.start < end || found.some((range) => range.start <= start && range.end > end))
      this.keepStage(value);
  }

  /** A stage that may be an ordinary word, with or without a number, is not kept. */
  private keepStage(value: string): void {
    if (value.length < minStageLength || /^[A-Za-z]+\d*$/.test(value)) return;
    if (this.stages.size >= maxStages) this.stages = new SecretValues(this.stages.all.slice(-maxStages / 2));
    this.stages.add(value);
  }

  private keepFresh(path: string): void {
    const document = this.documents.get(path);
    if (document === undefined || document.fresh.length === 0) return;
    for (const { value } of document.fresh) this.whole.add(value);
    this.documents.set(path, { text: document.text, fresh: [] });
  }

  private collectFresh(): void {
    this.freshValues = new SecretValues(
      [...this.documents.values()].flatMap(({ fresh }) => fresh.map(({ value }) => value)),
    );
  }
}

function changeBetween(old: string, now: string): Change {
  const shorter = Math.min(old.length, now.length);
  let start = 0;
  while (start < shorter && old[start] === now[start]) start++;
  let same = 0;
  while (same < shorter - start && old[old.length - 1 - same] === now[now.length - 1 - same]) same++;
  return { start, oldEnd: old.length - same, end: now.length - same };
}
