// The edit that follows from the last ones, by the large model, where no local rule knows one: whether it is worth a
// call, the call, and the check of its answer.
import { createHash } from 'node:crypto';
import type { CompletionQuery } from '../../common/completion.ts';
import type { Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { Redactor } from '../../common/redaction.ts';
import type { LlmAnswer, LlmClient, Prompt } from '../../llm/protocol/models.ts';
import { queryOf } from '../../prompts/completion/completion-position.ts';
import { isSure, isWorthCall } from '../../routing/decide.ts';
import { editPriceOf, type LimitSettings, limitsAt } from '../../routing/limits.ts';
import { languageIdOf } from '../../text/languages.ts';
import { type NextEdit, nextEdit, placeOf, type RecentChange, type Replacement } from '../history/edit.ts';
import type { ProposedEdit, Refusal } from './check.ts';
import { editFormatOf } from './formats.ts';
import { type EditedPlace, isWritingOn, windowOf } from './place.ts';
import { type EditRequest, editPrompt, editRequestAt, proposedEdit } from './prompt.ts';

/** Reads the text, and knows the folder: the folder's worker. */
export interface EditJudge {
  /** Estimate that a large model would write the edit that follows. */
  followUp(place: EditedPlace, signal: AbortSignal): Promise<number>;
  /** Where a proposed edit goes in the place's text, or why it may not. */
  checkedEdit(place: EditedPlace, proposed: ProposedEdit, signal: AbortSignal): Promise<Replacement | Refusal>;
}

/** Why the large model was not asked, or what it wrote is not offered. */
export type NoFollowingEdit =
  | 'no large model is available'
  | 'a call gains too little'
  | 'the line is not written yet'
  | 'this place cannot be sent safely'
  | 'the call failed'
  | 'the large model knows no edit'
  | 'it is not sure enough'
  | 'it holds a secret'
  | Off
  | Refusal;

interface ReadAnswer extends LlmAnswer {
  /** Undefined: the model knows none. */
  readonly proposed: ProposedEdit | undefined;
}

type Off = 'comments are switched off' | 'strings are switched off';

/** Dismissed or ignored edits of a large model in a row raise the price of the next call by this much each. */
const PRICE_OF_DISMISSED = 0.1;
const MAX_DISMISSED = 4;
/** Of what a model is shown around the cursor, UTF-16 units: a minified file costs too much. */
const MAX_WINDOW = 20_000;
/** States whose answers are remembered. */
const MAX_KEPT = 50;

interface EditSettings extends LimitSettings {
  readonly apiAllowed: boolean;
}

/** A folder's calls of the large model, which completions make, too. */
interface Calls {
  available(settings: EditSettings): boolean;
  /** Reports what it costs when that is paid. Rejects when the signal ends. */
  ask(prompt: Prompt, signal: AbortSignal): Promise<Result<LlmAnswer>>;
}

interface FollowingEditsDeps {
  readonly api: Calls;
  readonly llm: () => LlmClient | undefined;
  readonly settings: (query: CompletionQuery) => EditSettings;
  readonly redact: Redactor;
  /** Redacts a query, also what its cursor cuts in two, with offsets unchanged. */
  readonly redactQuery: (query: CompletionQuery) => Promise<CompletionQuery>;
  /** Why nothing comes by itself at a query. */
  readonly offAt: (query: CompletionQuery) => Off | undefined;
  readonly log: Log;
}

export class FollowingEdits {
  private readonly deps: FollowingEditsDeps;
  /** State → the answer, so that nothing is asked twice. */
  private kept = new Map<string, ReadAnswer>();
  private dismissed = 0;

  constructor(deps: FollowingEditsDeps) {
    this.deps = deps;
  }

  /** The edit to offer, or why there is none. Rejects when the signal ends. */
  async after(place: EditedPlace, judge: EditJudge, signal: AbortSignal): Promise<NextEdit | NoFollowingEdit> {
    const { kept } = this;
    const { path, text, offset } = place;
    const off = this.deps.offAt(queryOf(text, offset, path, languageIdOf(path)));
    if (off !== undefined) return off;
    const state = stateOf(place);
    const known = kept.get(state);
    const answer = known ?? (await this.answerAt(place, judge, signal));
    if (typeof answer === 'string') return answer;
    // After a reset in the meantime this is no longer the map that is asked.
    keep(kept, state, answer);
    const found = await this.judged(known ? { ...answer, costUsd: 0 } : answer, place, judge, signal);
    this.deps.log.info(`${typeof found === 'string' ? `No edit (${found})` : 'An edit'} by ${answer.model}`);
    return found;
  }

  /** The large model's answer, if asking is worth its price. */
  private async answerAt(
    place: EditedPlace,
    judge: EditJudge,
    signal: AbortSignal,
  ): Promise<ReadAnswer | NoFollowingEdit> {
    const { api, llm: client, log } = this.deps;
    const llm = client();
    if (llm === undefined || !this.mayAsk(place)) return 'no large model is available';
    // A model that only fills in gets no instructions.
    if (llm.facts.infill !== undefined && editFormatOf(llm.facts) === undefined) return 'no large model is available';
    if (isWritingOn(place)) return 'the line is not written yet';
    const { balance } = this.deps.settings(fileQuery(place));
    const isFree = llm.facts.input === 0 && llm.facts.output === 0;
    const price = editPriceOf(balance, isFree) + PRICE_OF_DISMISSED * this.dismissed;
    const { start, end } = windowOf(place);
    if (end - start > MAX_WINDOW || !isWorthCall(await judge.followUp(place, signal), price))
      return 'a call gains too little';
    const request = await this.requestFor(place).catch((error: unknown) => {
      log.error('The secrets of recent edits could not be redacted, so they are not sent.', error);
      return undefined;
    });
    signal.throwIfAborted();
    if (request === undefined || !this.mayAsk(place)) return 'this place cannot be sent safely';
    const prompt = editPrompt(request, llm.facts);
    if (prompt.user.every(({ text }) => text === '')) return 'this place cannot be sent safely';
    const result = await api.ask(prompt, signal);
    if (!result.ok) return 'the call failed';
    const { truncated, text } = result.value;
    // An answer cut by its length limit lacks the end of its new lines.
    return { ...result.value, proposed: truncated ? undefined : proposedEdit(text, place, llm.facts) };
  }

  /** The request at a place, redacted, as it would be sent. Rejects if it cannot be redacted. */
  async requestFor({ path, text, offset, changes }: EditedPlace): Promise<EditRequest> {
    const { redact, redactQuery } = this.deps;
    // The journal redacted whole texts; what has become known since is redacted now.
    const cut = { start: true, end: true };
    const query = { ...fileQuery({ path }), prefix: text.slice(0, offset), suffix: text.slice(offset) };
    const sides = changes.map(async (change) => {
      const side = (text: string) => redact.text(text, change.path, cut);
      const [before, after, above, below] = await Promise.all(
        [change.before, change.after, change.above, change.below].map(side),
      );
      return { ...change, path: await redact.path(change.path), before, after, above, below } as RecentChange;
    });
    // Whole texts are redacted, also what is being typed at the cursor, and cut afterwards.
    const [whole, ...redacted] = await Promise.all([redactQuery(query), ...sides]);
    const typed = hiddenBefore(query.prefix, whole.prefix);
    const hide = (side: string) => (typed === '' ? side : side.replaceAll(typed, '*'.repeat(typed.length)));
    return editRequestAt({
      path: whole.path,
      text: whole.prefix + whole.suffix,
      offset,
      // A change shows the line of the cursor, too.
      changes: redacted.map((change) => ({
        ...change,
        before: hide(change.before),
        after: hide(change.after),
        above: hide(change.above),
        below: hide(change.below),
      })),
    });
  }

  /** The user has dismissed an offered edit, or passed it by; or taken it. */
  judgedByUser(isTaken: boolean): void {
    this.dismissed = isTaken ? 0 : Math.min(MAX_DISMISSED, this.dismissed + 1);
  }

  /** After a change of the large model, of the files' rules, or of data. */
  reset(): void {
    this.kept = new Map();
    this.dismissed = 0;
  }

  private mayAsk(place: EditedPlace): boolean {
    return this.deps.api.available(this.deps.settings(fileQuery(place)));
  }

  /** The threshold of a paid answer. */
  private leastAt(place: EditedPlace): number {
    const query = fileQuery(place);
    const usual = { isManual: false, opensList: false, rejectedHere: false, doubt: 0, waitMs: undefined };
    return limitsAt(this.deps.settings(query), { ...usual, query, isAnswer: true }).threshold;
  }

  private async judged(
    { proposed, model, costUsd, latencyMs }: ReadAnswer,
    place: EditedPlace,
    judge: EditJudge,
    signal: AbortSignal,
  ): Promise<NextEdit | NoFollowingEdit> {
    if (proposed === undefined) return 'the large model knows no edit';
    const estimate = { probability: proposed.sure, least: this.leastAt(place) };
    if (!isSure(estimate)) return 'it is not sure enough';
    const written = await this.deps.redact.text(proposed.new, place.path, { start: true, end: true });
    // Asterisks stand for what was redacted.
    const hidden = proposed.new.match(/\*{4,}/g) ?? [];
    if (written !== proposed.new || hidden.some((run) => !place.text.includes(run))) return 'it holds a secret';
    const change = await judge.checkedEdit(place, proposed, signal);
    if (typeof change === 'string') return change;
    const origin = { kind: 'follows', model, latencyMs, costUsd } as const;
    const rule = JSON.stringify(['follows', placeOf(place, change)]);
    return nextEdit(place, change, { origin, rule, learnedFrom: [], left: 1, ...estimate });
  }
}

function keep(kept: Map<string, ReadAnswer>, state: string, answer: ReadAnswer): void {
  kept.set(state, answer);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value as string);
}

/** What is redacted right before the cursor: it may be the beginning of a secret, which only the cursor's place shows. */
function hiddenBefore(prefix: string, redacted: string): string {
  let start = prefix.length;
  while (start > 0 && prefix[start - 1] !== redacted[start - 1]) start--;
  return prefix.slice(start);
}

/** Settings are those of the file. */
function fileQuery({ path }: Pick<EditedPlace, 'path'>): CompletionQuery {
  return { path, languageId: languageIdOf(path), prefix: '', suffix: '' };
}

/** Equal for the same text around the cursor after the same changes. */
function stateOf(place: EditedPlace): string {
  return createHash('sha256')
    .update(JSON.stringify(editRequestAt(place)))
    .digest('base64');
}
