// The life of one next edit, from a change of the text to what becomes of the edit, read from top to bottom.
//
// Each change ends what was under way: its texts are older. At a pause, the rules learned from the user's edits are
// searched for places. A language server finds renames and fixes; what comes after the pause starts the search again.
// Where nothing, or only fixes and places of errors, would be offered, the large model may be asked. All that is found
// is decided on in one place. Of what it lets through, the edit at the cursor is drawn, or else the first one of the
// likeliest rule: below the cursor, above it, then in other files. After a change that only deletes, only what repeats it
// is offered. vscode/edits/apply-edits.ts takes an edit and reports it to `judged`.
import { Part } from '../common/disposable.ts';
import { isCancelled } from '../common/errors.ts';
import { decideEdits } from '../routing/decide.ts';
import { leastOfEdit } from '../routing/limits.ts';
import type { AskedPlace, NextEditsDeps, Present } from './editor.ts';
import { type Edit, lastChange, type NextEdit, nextEdit } from './history/edit.ts';
import type { RecordedChange } from './history/journal.ts';
import { REST_MS } from './large-model/place.ts';
import { type OfferedEdit, OfferedEdits } from './offers.ts';
import { Search, type SearchedAfter } from './search.ts';

export class NextEdits<F extends { readonly key: string }> extends Part<NextEditsDeps<F>> {
  readonly offered = new OfferedEdits(() => performance.now());
  readonly search: Search<readonly [Present<F>, readonly NextEdit[]] | 'off'>;
  /** Of the offers. */
  folder: F | undefined;
  private resting: NodeJS.Timeout | undefined;
  private asking: AbortController | undefined;
  /** The large model's edit. */
  private followed: { readonly at: AskedPlace<F>; readonly edit: NextEdit } | undefined;
  /**
   * The offer that is drawn, and the user's edits before it. It counts as shown only after the next edit, so that
   * drawing it again does not count twice.
   */
  private pending: { readonly offer: OfferedEdit; readonly after: string } | undefined;

  constructor(deps: NextEditsDeps<F>) {
    super(deps);
    this.search = this.add(
      new Search({
        search: (ms, after, signal) => this.find(ms, after, signal),
        onFound: (found, after) => this.offer(found, after),
      }),
    );
    this.add({ dispose: () => this.endAsking() });
  }

  /** A text was changed. @param isOurs the change applies an offer */
  changed(path: string, { kind, before, replacements }: RecordedChange, isOurs: boolean): void {
    const { offered } = this;
    this.search.cancel();
    this.endAsking();
    this.followed = undefined;
    // The cursor's move starts the next search.
    if (kind === 'undo' || kind === 'redo') {
      offered.undone(path);
      return;
    }
    const [{ start, end, text }, ...others] = replacements;
    const isOne = others.length === 0;
    // The user may be typing what is offered.
    if (isOne && start === end) offered.inserted(path, start, text);
    else if (isOne && text === '' && before.slice(start, end).includes('\n')) offered.deletedAt(path, start);
    else offered.changed();
    if (!isOurs) this.search.soon();
  }

  /** At a pause: the places where the user's last edits repeat. */
  private async find(ms: number, after: SearchedAfter, signal: AbortSignal) {
    const present = this.deps.present();
    if (present === undefined || this.offered.isSilent) return 'off' as const;
    const { folder, edits, documents, line, errors } = present;
    const input = {
      edits,
      documents,
      ignored: this.ignoredAfter(edits),
      cursor: after === 'rest' ? line : undefined,
      errors: errors.map(({ path, line }) => ({ path, line })),
      ms,
    };
    const repeated = edits.length === 0 ? [] : this.deps.repeated(folder, input, signal);
    try {
      return [present, await repeated] as const;
    } catch (error) {
      // What others have found is offered, and earlier offers are withdrawn.
      if (!signal.aborted) this.deps.log.error('Repeated edits were not found', error);
      return [present, []] as const;
    }
  }

  /** Decides on all that was found, and offers what is let through. Returns whether to search again, longer. */
  private offer(found: readonly [Present<F>, readonly NextEdit[]] | 'off', after: SearchedAfter): boolean {
    if (found === 'off') {
      this.withdraw();
      return false;
    }
    const [present, repeated] = found;
    const { folder, edits, documents } = present;
    const { offered, deps } = this;
    this.folder = folder;
    const known = deps.sources.map((source) => source.edits(present));
    const lists = [repeated, ...known, this.following(folder), jumpsTo(present)];
    const onlyDeletes = isLoneDeletion(edits);
    const next = decideEdits(onlyDeletes ? [repeated.filter((edit) => repeatsLast(edit, edits))] : lists, {
      ignored: this.ignoredAfter(edits),
      showsLines: deps.showsLines(),
      isSilent: offered.isSilent,
    }).filter((edit) => !offered.shown.isDismissed(edit));
    const before = offered.current;
    offered.offer(next, (path) => documents.find((file) => file.path === path)?.text, deps.cursor());
    const { current } = offered;
    if (before && !offered.has(before)) deps.onOutcome(before, 'ignored');
    if (current) this.pending ??= { offer: current, after: stateOf(edits) };
    deps.draw(true);
    // What follows may be likelier than a fix, and says more than a place.
    if (after === 'key' && !onlyDeletes && next.every(({ origin: { kind } }) => kind === 'fix' || kind === 'error'))
      this.askSoon();
    return next.length === 0 && edits.length > 0;
  }

  /**
   * Nothing, or only fixes and places, would be offered, or the user has gone to an error: the large model is asked if
   * the cursor still rests then.
   */
  askSoon(): void {
    if (this.asking !== undefined || this.followed !== undefined) return;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => void this.ask(), REST_MS);
  }

  /**
   * Whether a call is worth its price, the call, and the check of its answer. The next key ends it. Its money is
   * reserved, and its answer stored, as for a suggestion.
   */
  private async ask(): Promise<void> {
    const { askedPlace, follow, log } = this.deps;
    const at = askedPlace();
    if (at === undefined) return;
    const asking = new AbortController();
    this.asking = asking;
    try {
      const result = await follow(at, asking.signal);
      if (asking.signal.aborted || at.isChanged()) return;
      if (typeof result === 'string') return log.debug(`No edit by the large model: ${result}`);
      this.followed = { at, edit: result };
      // Finds it through `following`, and decides.
      this.search.again();
    } catch (error) {
      if (!asking.signal.aborted && !isCancelled(error)) log.error('The large model’s edit failed', error);
    } finally {
      if (this.asking === asking) this.asking = undefined;
    }
  }

  private following(folder: F): readonly NextEdit[] {
    const { followed } = this;
    return followed?.at.folder.key === folder.key && !followed.at.isChanged() ? [followed.edit] : [];
  }

  private endAsking(): void {
    clearTimeout(this.resting);
    this.asking?.abort();
    this.asking = undefined;
  }

  /** The user has dismissed what is offered. Returns whether nothing is offered for a while now. */
  dismiss(): boolean {
    const dismissed = this.offered.dismiss();
    this.search.cancel();
    if (dismissed) {
      this.judged(dismissed, false);
      this.deps.onOutcome(dismissed, 'rejected');
    }
    this.deps.draw(false);
    return dismissed !== undefined && this.offered.isSilent;
  }

  /** Nothing is offered any more. */
  withdraw(): void {
    this.search.cancel();
    this.offered.withdraw();
    this.deps.draw(false);
  }

  /** The user has taken or dismissed an offer. */
  judged(offer: OfferedEdit, isTaken: boolean): void {
    if (isTaken && this.pending?.offer.id === offer.id) this.pending = undefined;
    for (const source of this.deps.sources) source.judged?.(offer, isTaken);
    if (this.folder && offer.origin.kind === 'follows') this.deps.onFollowed(this.folder, isTaken);
  }

  /**
   * What was dismissed, taken back, or shown and not taken. Counts the drawn offer first, if the user has edited on since
   * it was drawn.
   */
  private ignoredAfter(edits: readonly Edit[]): string[] {
    const { pending, offered } = this;
    if (pending && pending.after !== stateOf(edits)) {
      offered.shown.shown(pending.offer);
      this.pending = undefined;
    }
    return offered.shown.ignored;
  }
}

/**
 * Where the user's changes have left errors. Only the place is offered: once the cursor is there, the rules or the large
 * model may know what to write.
 */
function jumpsTo({ errors, documents, line: cursor }: Present<unknown>): NextEdit[] {
  return errors.flatMap(({ path, line, start, since }) => {
    if (path === cursor.path && line === cursor.line) return [];
    const file = documents.find((each) => each.path === path);
    const rule = JSON.stringify(['errors', since]);
    if (file === undefined) return [];
    const least = leastOfEdit({ kind: 'server' });
    const found = { rule, learnedFrom: [], left: errors.length, probability: least, least };
    const jump = nextEdit(file, { start, end: start, text: '' }, { origin: { kind: 'error' }, ...found });
    // Lines of the same text are places of their own.
    return [{ ...jump, place: JSON.stringify([rule, path, line]) }];
  });
}

/** Whether the last change has only deleted: what follows is not known before something is typed. */
function isLoneDeletion(edits: readonly Edit[]): boolean {
  return edits.length > 0 && lastChange(edits).every(({ removed, inserted }) => removed !== '' && inserted === '');
}

/** Whether an edit was learned from the last change and an earlier one. */
function repeatsLast({ learnedFrom }: NextEdit, edits: readonly Edit[]): boolean {
  return learnedFrom.length > 1 && learnedFrom.some(({ time }) => time === edits.at(-1)?.time);
}

/** Differs after each edit. While one goes on, only what it has inserted changes. */
function stateOf(edits: readonly Edit[]): string {
  const last = edits.at(-1);
  return JSON.stringify([edits.length, last?.path, last?.removed]);
}
