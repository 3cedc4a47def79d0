// The life of one suggestion, from the request to what is shown, read from top to bottom.
//
// A suggestion is shown once and never replaced, because ghost text that changes flickers. While the large model is
// asked, a part of the local draft is shown if the decision says so; the model's answer is then kept for what the user
// types next. Otherwise nothing is shown until the answer comes. If it fails, is empty or slow, the local draft is
// decided on again. An answer that comes after the user has probably stopped watching waits for the next key.
import { isCancelled } from '../common/errors.ts';
import { NEXT_KEY, type NoCall } from '../routing/reasons.ts';
import type { ApiCalls } from './api-calls.ts';
import { type KnownDeps, knownAt } from './known.ts';
import {
  type CompletionDeps,
  type Cursor,
  continuesWord,
  type Nothing,
  nothing,
  offAt,
  type Shown,
  type Suggestion,
} from './suggestion.ts';

/** What a folder's suggestions are made with. */
export interface SuggestDeps extends KnownDeps, Pick<CompletionDeps, 'clock' | 'log'> {
  readonly api: ApiCalls;
  /** A suggestion for a position that was left to the editor's list is there now. */
  readonly onReady: () => void;
}

/** What is shown at the cursor, or why nothing is. Rejects when the request ends. */
export async function suggest(cursor: Cursor, deps: SuggestDeps): Promise<Shown | Nothing> {
  const { local, api, screen } = deps;
  const { query, isManual, opensList, request } = cursor;

  // Tab belongs to a next edit in the line. What it inserts at the cursor is ghost text; beside one that is drawn
  // elsewhere in the line, other ghost text comes only by hand.
  const edit = request.nextEdit;
  if (edit?.inserts !== undefined) return { id: edit.id, text: edit.inserts, replaceLength: 0 };
  if (edit !== undefined && !isManual) return nothing('a next edit is offered here');

  // What was asked for by hand stays while it is typed.
  const off = isManual || screen.isByHand ? undefined : offAt(request.query, cursor.settings);
  if (off !== undefined) return nothing(off);

  // What is on the screen goes on. The rest of what was accepted, and what was seen here before, is decided again for this
  // moment. If the large model has answered here and that is not worth showing, it is not asked again.
  const known = knownAt(cursor, deps);
  if (known.suggestion) return showDecided(cursor, known.suggestion, deps);
  if (!isManual && continuesWord(query)) return nothing('within a word');

  // A running call may serve this request: it must not be aborted while the local models draft.
  const release = api.keepAlive(query);
  try {
    // Drafted, cleaned, cut, estimated, and decided: show, hold, or call.
    const drafted = await local.decidedDraft(cursor, known.noCall);
    if (cursor.listIsOpen) return leaveToList(cursor, drafted, deps);
    if (drafted.decision.kind !== 'call') return showDecided(cursor, drafted, deps);
    // A part of it may be shown while the large model is asked.
    if (drafted.text !== '') {
      const shown = showDecided(cursor, drafted, deps);
      void askForLater(cursor, drafted, deps, screen.visible);
      return shown;
    }
    // The list does not wait for a new call: its answer is kept for later. A model that is too slow is not asked anew,
    // but the answer of a call that runs may still come in time.
    if (opensList && !api.isTooSlow(cursor, drafted)) return leaveToList(cursor, drafted, deps);
    return await askLargeModel(cursor, drafted, deps);
  } finally {
    release();
  }
}

/** Waits for a fitting call that runs, or makes one; where no answer comes of it, the local draft stands in. */
async function askLargeModel(cursor: Cursor, first: Suggestion, deps: SuggestDeps): Promise<Suggestion | Nothing> {
  const { local, api } = deps;
  let drafted = first;
  const standIn = (noCall: NoCall) => showDecided(cursor, local.withoutCall(cursor, drafted, noCall), deps);

  // Two attempts: an earlier call may not match the text typed since.
  for (let attempt = 0; attempt < 2; attempt++) {
    let call = api.find(cursor.query);
    if (call === undefined) {
      if (api.isTooSlow(cursor, drafted)) return standIn('the large model is too slow to wait for');
      if (!cursor.isManual) await local.pause(cursor, drafted);
      if (cursor.listIsOpen) return leaveToList(cursor, drafted, deps);
      // An answer or a better draft may have come during the pause.
      const known = knownAt(cursor, deps);
      if (known.suggestion) return showDecided(cursor, known.suggestion, deps);
      if (known.noCall !== undefined) return standIn(known.noCall);
      if (local.hasBetterDraft(cursor)) drafted = await local.decidedDraft(cursor);
      if (drafted.decision.kind !== 'call') return showDecided(cursor, drafted, deps);
      const made = await api.call(cursor, drafted, { keepsRunning: false });
      if (typeof made === 'string') return standIn(made);
      call = made;
    }
    const result = await api.wait(call, cursor, drafted);
    cursor.signal.throwIfAborted();
    if (cursor.listIsOpen) return leaveToList(cursor, drafted, deps);
    if (result === 'slow') return standIn('the large model is slow');
    if (api.isTooLate(cursor)) return leaveToNextKey(cursor, drafted, deps);
    // The answer does not match the text typed since, or the call was aborted before this request.
    if (result === undefined || (!result.ok && result.error.code === 'cancelled')) continue;
    if (!result.ok) return standIn(`the large model failed (${result.error.code})`);
    // The answer was cleaned, estimated and kept. It is decided on like any other text; one that does not fit the text
    // here is not found.
    const { suggestion: answer, noCall } = knownAt(cursor, deps);
    if (answer) return showDecided(cursor, { ...answer, cached: false, costUsd: api.takeCost(call) }, deps);
    if (noCall !== undefined) return standIn(noCall);
  }
  return standIn('no answer of the large model fits');
}

/** Shows what the decision lets through, and keeps it for the keys that follow. `screen` follows its outcome. */
function showDecided(cursor: Cursor, suggestion: Suggestion, { screen, kept }: SuggestDeps): Suggestion | Nothing {
  if (suggestion.text === '') return nothing('nothing to show', suggestion.decision);
  const shown = screen.show(cursor, suggestion);
  // One that goes on keeps its id, and is kept already.
  if (shown.id !== suggestion.id) kept.put(cursor.query, shown);
  return shown;
}

/** Leaves the position to the editor's list; the suggestion waits for the next request. */
function leaveToList(cursor: Cursor, drafted: Suggestion, deps: SuggestDeps): Nothing {
  const { api, kept, onReady } = deps;
  const tellReady = () => {
    if (!cursor.signal.aborted && !api.isTooLate(cursor) && knownAt(cursor, deps).suggestion) onReady();
  };
  if (drafted.decision.kind === 'show') kept.put(cursor.query, drafted);
  else if (drafted.decision.kind === 'call') void askForLater(cursor, drafted, deps).then(tellReady);
  tellReady();
  return nothing('the list is open');
}

/** The user no longer watches the position: the answer waits for the next key. */
function leaveToNextKey({ startedAt }: Cursor, { decision }: Suggestion, { clock }: SuggestDeps): Nothing {
  const tookMs = clock.monotonic() - startedAt;
  return nothing('too late', { ...decision, kind: 'hold', reason: NEXT_KEY, tookMs });
}

/**
 * Asks the large model and only keeps its answer. Cancelling the request stops the call only before it has started.
 * @param visible a local suggestion: with `localFirst` the call waits for the time in which the user accepts, and is
 * made only if no key has come and the suggestion is still visible
 */
async function askForLater(cursor: Cursor, first: Suggestion, deps: SuggestDeps, visible?: Suggestion): Promise<void> {
  const { local, api, kept, screen, clock, log } = deps;
  let drafted = first;
  if (api.isTooSlow(cursor, drafted)) return;
  try {
    await local.pause(cursor, drafted);
    if (visible !== undefined && cursor.settings.localFirst) {
      await clock.sleep(cursor.startedAt + api.typing.acceptanceMs - clock.monotonic(), cursor.signal);
      if (screen.visible !== visible) return;
      // A draft that was not accepted is not shown to the large model.
      drafted = { ...drafted, draft: undefined };
    }
    if (kept.hasAnswerAt(cursor.query)) return;
    const call = await api.call(cursor, drafted, { keepsRunning: true });
    if (typeof call === 'object') await call.finished;
  } catch (error) {
    if (!cursor.signal.aborted && !isCancelled(error)) log.error('A call for later failed.', error);
  }
}

/** Keeps a suggestion for the position after an accept. Local, unless the setting allows calls. */
export async function prefetch(cursor: Cursor, deps: SuggestDeps): Promise<void> {
  if (offAt(cursor.query, cursor.settings) !== undefined) return;
  const { suggestion, noCall } = knownAt(cursor, deps);
  if (suggestion || noCall !== undefined) return;
  const drafted = await deps.local.decidedDraft(cursor);
  const { kind } = drafted.decision;
  if (kind === 'show') deps.kept.put(cursor.query, drafted);
  if (kind === 'call' && cursor.settings.prefetchFromApi) await deps.api.call(cursor, drafted, { keepsRunning: true });
}
