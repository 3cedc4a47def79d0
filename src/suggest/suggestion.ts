// A suggestion from the request to its outcome: where it is asked for, what it is, why there is none, and the events
// about it.
import type { Clock } from '../common/clock.ts';
import type { CompletionPosition, CompletionQuery, Draft, Specialist, Verdict } from '../common/completion.ts';
import type { ErrorCode, Failure } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Redactor } from '../common/redaction.ts';
import type { LlmClient } from '../llm/protocol/models.ts';
import { positionAt } from '../prompts/completion/completion-position.ts';
import type { Estimated } from '../routing/decide.ts';
import { type Decision, shownCut } from '../routing/decision.ts';
import type { LimitSettings } from '../routing/limits.ts';
import type { RouterModel } from '../routing/router-model.ts';
import { textStateAt } from '../text/text-state.ts';
import type { Exit } from './exits.ts';

export interface CompletionRequest {
  readonly query: CompletionQuery;
  /**
   * 0-based line of the cursor in its document, since the query may hold only part of it. Absent: the line in the
   * query's text.
   */
  readonly line?: number;
  /** A manual request skips the debounce and lowers the display threshold. */
  readonly trigger: 'automatic' | 'manual';
  /**
   * Text that VS Code's suggest widget would insert at the cursor, without the part typed already. The answer must
   * begin with it.
   */
  readonly selectedText?: string;
  /**
   * The word that the user has just typed over at the cursor, whole, as it was before; '' if more than a word was
   * replaced. Absent: nothing was.
   */
  readonly replaced?: string | undefined;
  /**
   * The editor's own list opens here unless ghost text is shown, and waits for the answer. The answer must be worth
   * hiding the list and come soon; a later one waits for the next pause.
   */
  readonly opensList?: boolean;
  /** The document's indent unit, for post-processing: '\t' or n spaces. */
  readonly indentUnit: string;
  /** The next edit that Tab belongs to: it is offered in the cursor's line, or announced there. Absent: none is. */
  readonly nextEdit?: EditInLine | undefined;
}

export interface EditInLine {
  readonly id: string;
  /** What it inserts or shows at the cursor; undefined: it is drawn elsewhere. */
  readonly inserts: string | undefined;
}

/** What is shown at the cursor: a suggestion, or the text of a next edit, which was decided on when it was offered. */
export interface Shown {
  /** The same while the user types it; '' before it is shown. */
  readonly id: string;
  /** What is shown, to insert at the cursor; '' if nothing is. */
  readonly text: string;
  /**
   * UTF-16 units after the cursor that `text` replaces: closing brackets that the editor inserted and `text` contains.
   */
  readonly replaceLength: number;
  /** Absent: it is a next edit. */
  readonly decision?: Decision;
}

/**
 * A text for a cursor: the local draft or the large model's answer, what is left of it at a later key, and what of it
 * is shown.
 */
export interface Suggestion extends Estimated, Shown {
  readonly source: 'specialist' | 'api';
  readonly model: string;
  /** The local draft, cleaned; undefined if nothing was left of it. */
  readonly draft: Draft | undefined;
  readonly decision: Decision;
  /** From the request to the show, ms. */
  readonly latencyMs: number;
  readonly costUsd: number;
  readonly savedUsd: number;
  /** Whether it was known before the request. */
  readonly cached: boolean;
  /** The specialist's index revision when a local draft was made. */
  readonly indexRevision: number;
}

export interface Nothing {
  readonly kind: 'nothing';
  readonly reason: Exit;
  /** Absent: there was nothing to decide on. */
  readonly decision?: Decision;
}

export function nothing(reason: Exit, decision?: Decision): Nothing {
  return { kind: 'nothing', reason, ...(decision !== undefined && { decision }) };
}

export function isNothing(result: Shown | Nothing): result is Nothing {
  return 'reason' in result;
}

/** The suggestion as far as a decision shows it. */
export function decided(suggestion: Omit<Suggestion, 'decision' | 'text' | 'replaceLength'>, decision: Decision) {
  const { text = '', over = 0 } = shownCut(decision) ?? {};
  return { ...suggestion, decision, text, replaceLength: over } satisfies Suggestion;
}

/** The estimate of what is shown: that it is right. */
export function confidenceOf({ decision }: Pick<Suggestion, 'decision'>): number {
  return shownCut(decision)?.p ?? decision.pSpecialist;
}

/** Events for status bar, panel and log. */
export type CompletionEvent =
  /** Once per shown suggestion: not sent again while the user types it. */
  | { readonly kind: 'answered'; readonly request: CompletionRequest; readonly suggestion: Suggestion }
  | { readonly kind: 'nothing'; readonly request: CompletionRequest; readonly decision: Decision }
  /**
   * A paid API answer that no completion shows: its request was overtaken, the call was aborted, or it was for a next
   * edit. Every paid answer is reported once: here, or as the `costUsd` of the completion that shows it first.
   */
  | { readonly kind: 'paid-unshown'; readonly costUsd: number }
  /** Once per kind of failure until a call succeeds again. */
  | { readonly kind: 'api-failed'; readonly code: ErrorCode; readonly message: string }
  /** A call succeeded after an 'api-failed'. */
  | { readonly kind: 'api-recovered' }
  /**
   * The outcome of a suggestion, and the UTF-16 units of it accepted by key so far. 'partly-accepted' comes with each
   * accepted word or line. 'accepted' may follow it, and also 'typed', since the editor may report the key late.
   */
  | { readonly kind: 'outcome'; readonly id: string; readonly outcome: Verdict; readonly acceptedLength: number };

/** Read for every request, so that a changed setting needs no restart. */
export interface CompletionSettings extends LimitSettings {
  /** Allow blocks where syntax calls for one. */
  readonly multiline: boolean;
  /** Where suggestions come by hand alone. Absent: nowhere. */
  readonly offIn?: readonly ('comment' | 'string')[];
  /** Whether this document's text may be sent: consent, not local-only, not an ignored file, within budget. */
  readonly apiAllowed: boolean;
  /** Whether a prefetch after an accept may call the API. */
  readonly prefetchFromApi: boolean;
}

/** Delays calls to a failing API; implemented by `Backoff` of src/llm. */
interface ApiBackoff {
  /**
   * Wall clock, ms; undefined: calls may be made. Infinity: not until the user changes something, such as a bad key.
   */
  readonly retryAtMs: number | undefined;
  failed(failure: Failure): void;
  succeeded(): void;
}

export interface CompletionDeps {
  readonly specialist: Specialist;
  /** Undefined while no API is configured. */
  readonly llm: () => LlmClient | undefined;
  /** The router model for a draft: each kind of model has one that was fitted on its own drafts. */
  readonly routerFor: (draft: Draft | undefined) => RouterModel;
  readonly settings: (query: CompletionQuery) => CompletionSettings;
  readonly clock: Clock;
  /** Redacts with the folder's known secrets: its results may leave the machine. */
  readonly redact: Redactor;
  readonly backoff: ApiBackoff;
  readonly onEvent: (event: CompletionEvent) => void;
  /** A draft was made without the document's grammar: see `Draft.unparsed`. */
  readonly onUnparsed?: (path: string, reason: string) => void;
  /** An answer for a position that was left to the editor's list is available now. */
  readonly onReady?: () => void;
  readonly log: Log;
}

/**
 * A request where it stands. If an entry of the editor's suggestion list is selected, the query includes its text, and
 * the suggestion continues it.
 */
export interface Cursor extends CompletionPosition {
  readonly request: CompletionRequest;
  readonly settings: CompletionSettings;
  readonly isManual: boolean;
  /** See CompletionRequest; undefined by hand, where the user may want the old text. */
  readonly replaced: string | undefined;
  /** Monotonic, ms. */
  readonly startedAt: number;
  /** The specialist's index revision at the start of the request. */
  readonly indexRevision: number;
  /** The editor's list opens here if no ghost text is shown: see CompletionRequest. False if an entry is selected. */
  readonly opensList: boolean;
  /** The list opened before the answer came, so the answer is only kept. */
  listIsOpen: boolean;
  /** Aborted by the editor or a newer request. */
  readonly signal: AbortSignal;
}

export function cursorOf(
  { settings: settingsAt, clock }: Pick<CompletionDeps, 'settings' | 'clock'>,
  request: CompletionRequest,
  indexRevisionAt: (query: CompletionQuery) => number,
  signal: AbortSignal,
): Cursor {
  const { trigger, selectedText = '' } = request;
  const query = selectedText === '' ? request.query : { ...request.query, prefix: request.query.prefix + selectedText };
  const settings = settingsAt(request.query);
  const isManual = trigger === 'manual';
  return {
    ...positionAt(query, request.indentUnit, settings.multiline),
    request,
    settings,
    isManual,
    replaced: isManual ? undefined : request.replaced,
    startedAt: clock.monotonic(),
    indexRevision: indexRevisionAt(query),
    opensList: request.opensList === true && !isManual && selectedText === '',
    listIsOpen: false,
    signal,
  };
}

/** Whether a word continues after the cursor: an insertion would run into it. */
export function continuesWord({ suffix }: CompletionQuery): boolean {
  return /^[\p{L}\p{N}_]/u.test(suffix);
}

/** Why nothing comes by itself at a query; undefined if the user has not switched it off there. */
export function offAt(
  query: CompletionQuery,
  { offIn = [] }: Pick<CompletionSettings, 'offIn'>,
): 'comments are switched off' | 'strings are switched off' | undefined {
  const state = offIn.length === 0 ? 'code' : textStateAt(query);
  return state !== 'code' && offIn.includes(state) ? `${state}s are switched off` : undefined;
}
