// The life of one suggestion, from the request to what is shown, read from top to bottom.
//
// A suggestion is shown once and never replaced, because ghost text that changes flickers. While the large model is
// asked, a part of the local draft is shown if the decision says so; the model's answer is then kept for what the user
// types next. Otherwise nothing is shown until the answer comes. If it fails, is empty or slow, the local draft is
// decided on again. An answer that comes after the user has probably stopped watching waits for the next key.
import { isCancelled } from '../common/errors.ts';
import { NEXT_KEY, type NoCall } from '../routing/reasons.ts';
import type { ApiCalls } from './api-calls.ts';
import type { InFlightCall } from './in-flight-calls.ts';
import { knownAt } from './known.ts';
import type { LocalDrafts } from './local-drafts.ts';
import { offered } from './offered.ts';
import type { ShownSuggestions } from './shown-suggestions.ts';
import {
  type CompletionDeps,
  type Cursor,
  continuesWord,
  type Nothing,
  nothing,
  type Suggestion,
} from './suggestion.ts';
import type { SuggestionCache } from './suggestion-cache.ts';
import type { VerdictMemory } from './verdict-memory.ts';

/** What a folder's suggestions are made of. */
export interface Suggesting extends Pick<CompletionDeps, 'clock' | 'log'> {
  readonly cache: SuggestionCache;
  readonly local: LocalDrafts;
  readonly api: ApiCalls;
  readonly screen: ShownSuggestions;
  readonly verdicts: VerdictMemory;
  /** A suggestion for a position that was left to the editor's list is there now. */
  readonly onReady: () => void;
}

/** What is shown at the cursor, or why nothing is. Rejects when the request ends. */
export async function suggest(cursor: Cursor, has: Suggesting): Promise<Suggestion | Nothing> {
  const { local, api, screen } = has;
  const { query, isManual, opensList, request } = cursor;

  // Tab belongs to a next edit in the line. By hand, a suggestion comes all the same.
  const edit = request.nextEdit;
  if (edit?.inserts !== undefined) return offered(cursor, edit, edit.inserts, has);
  if (edit !== undefined && !isManual) return nothing('a next edit is offered here');

  // Typed as suggested, the rest of what was accepted, or seen here before: decided again for this moment.
  const known = knownAt(cursor, has);
  if (typeof known === 'object') return show(cursor, known, has);
  if (!isManual && continuesWord(query)) return nothing('within a word');

  // A running call may serve this request: it must not be aborted while the local models draft.
  const release = api.keepAlive(query);
  try {
    const drafted = await local.suggestionAt(cursor, known);
    if (cursor.listIsOpen) return leaveToList(cursor, drafted, has);
    if (drafted.decision.kind !== 'call') return show(cursor, drafted, has);
    if (drafted.text !== '') {
      const shown = show(cursor, drafted, has);
      void askForLater(cursor, drafted, has, screen.visible);
      return shown;
    }
    // The list does not wait for a call.
    if (opensList && !api.isTooSlow(cursor, drafted)) return leaveToList(cursor, drafted, has);
    return await askLargeModel(cursor, drafted, has);
  } finally {
    release();
  }
}

/** Waits for a fitting call that runs, or makes one; where no answer comes of it, the local draft stands in. */
async function askLargeModel(cursor: Cursor, first: Suggestion, has: Suggesting): Promise<Suggestion | Nothing> {
  const { local, api } = has;
  let drafted = first;
  const standIn = (noCall: NoCall) => show(cursor, local.withoutCall(cursor, drafted, noCall), has);

  // Two attempts: an earlier call may not match the text typed since.
  for (let attempt = 0; attempt < 2; attempt++) {
    let call: InFlightCall | NoCall | undefined = api.find(cursor.query);
    if (call === undefined) {
      if (api.isTooSlow(cursor, drafted)) return standIn('the large model is too slow to wait for');
      if (!cursor.isManual) await local.pause(cursor, drafted);
      if (cursor.listIsOpen) return leaveToList(cursor, drafted, has);
      // An answer or a better draft may have come during the pause.
      const known = knownAt(cursor, has);
      if (typeof known === 'object') return show(cursor, known, has);
      if (local.hasBetterDraft(cursor)) drafted = await local.suggestionAt(cursor);
      if (drafted.decision.kind !== 'call') return show(cursor, drafted, has);
      call = await api.call(cursor, drafted, false);
    }
    if (typeof call === 'string') return standIn(call);
    const result = await api.wait(call, cursor, drafted);
    cursor.signal.throwIfAborted();
    if (cursor.listIsOpen) return leaveToList(cursor, drafted, has);
    if (result === 'slow') return standIn('the large model is slow');
    if (api.isTooLate(cursor)) return leaveToNextKey(cursor, drafted, has);
    // The answer does not match the text typed since, or the call was aborted before this request.
    if (result === undefined || (!result.ok && result.error.code === 'cancelled')) continue;
    if (!result.ok) return standIn(`the large model failed (${result.error.code})`);
    const answer = knownAt(cursor, has);
    if (typeof answer === 'string') return standIn(answer);
    if (answer !== undefined) return show(cursor, { ...answer, cached: false, costUsd: api.takeCost(call) }, has);
  }
  return standIn('no answer of the large model fits');
}

/** Shows what the decision lets through, and remembers it for the keys that follow. */
function show(cursor: Cursor, suggestion: Suggestion, { screen, cache }: Suggesting): Suggestion | Nothing {
  if (suggestion.text === '') return nothing('held back', suggestion.decision);
  const shown = screen.show(cursor, suggestion);
  if (shown.id !== suggestion.id) cache.put(cursor.query, shown);
  return shown;
}

/** Leaves the position to the editor's list; the suggestion waits for the next request. */
function leaveToList(cursor: Cursor, drafted: Suggestion, has: Suggesting): Nothing {
  const tellReady = () => {
    if (!cursor.signal.aborted && !has.api.isTooLate(cursor) && typeof knownAt(cursor, has) === 'object') has.onReady();
  };
  if (drafted.decision.kind === 'show') has.cache.put(cursor.query, drafted);
  else if (drafted.decision.kind === 'call') void askForLater(cursor, drafted, has).then(tellReady);
  tellReady();
  return nothing('the list is open');
}

/** The user no longer watches the position: the answer waits for the next key. */
function leaveToNextKey({ startedAt }: Cursor, { decision }: Suggestion, { clock }: Suggesting): Nothing {
  const tookMs = clock.monotonic() - startedAt;
  return nothing('too late', { ...decision, kind: 'hold', reason: NEXT_KEY, tookMs });
}

/**
 * Asks the large model and only keeps its answer. Cancelling the request stops the call only before it has started.
 * @param shown a local suggestion: with `localFirst` the call waits for its acceptance, and is not made after it
 */
async function askForLater(cursor: Cursor, first: Suggestion, has: Suggesting, shown?: Suggestion): Promise<void> {
  const { local, api, screen, clock, log } = has;
  let drafted = first;
  if (api.isTooSlow(cursor, drafted)) return;
  try {
    await local.pause(cursor, drafted);
    if (shown !== undefined && cursor.settings.localFirst) {
      await clock.sleep(cursor.startedAt + api.typing.acceptanceMs - clock.monotonic(), cursor.signal);
      if (screen.visible !== shown) return;
      // A draft that was not accepted is not shown to the large model.
      drafted = { ...drafted, draft: undefined };
    }
    if (has.cache.hasAnswerAt(cursor.query)) return;
    const call = await api.call(cursor, drafted, true);
    if (typeof call === 'object') await call.finished;
  } catch (error) {
    if (!cursor.signal.aborted && !isCancelled(error)) log.error('A call for later failed.', error);
  }
}

/** Keeps a suggestion for the position after an accept. Local, unless the setting allows calls. */
export async function prefetch(cursor: Cursor, has: Suggesting): Promise<void> {
  if (knownAt(cursor, has) !== undefined) return;
  const drafted = await has.local.suggestionAt(cursor);
  const { kind } = drafted.decision;
  if (kind === 'show') has.cache.put(cursor.query, drafted);
  if (kind === 'call' && cursor.settings.prefetchFromApi) await has.api.call(cursor, drafted, true);
}
