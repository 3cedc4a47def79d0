// The edit that follows from the last ones, by the large model, where no local rule knows one: whether it is worth a
// call, the call, and the check of its answer.
import { createHash } from 'node:crypto';
import type { CompletionQuery } from '../common/completion.ts';
import { failed, isCancelled, messageOf } from '../common/errors.ts';
import type { LlmAnswer, LlmClient } from '../llm/protocol/models.ts';
import { queryOf } from '../prompts/completion/completion-position.ts';
import { type EditRequest, editPrompt, editRequestAt, readEdit } from '../prompts/edit/edit-prompt.ts';
import { limitsAt } from '../routing/limits.ts';
import { languageIdOf } from '../text/languages.ts';
import { lineEnd, lineStart } from '../text/lines.ts';
import type { ProposedEdit, Refusal } from '../workspace/edits/checked-edit.ts';
import type { Replacement } from '../workspace/edits/edit.ts';
import { type EditedPlace, windowOf } from '../workspace/edits/follow-up.ts';
import type { ApiCalls } from './api-calls.ts';
import { redactedQuery } from './redacted-request.ts';
import { type CompletionDeps, offAt } from './suggestion.ts';

/** Reads the text, and knows the folder: the folder's worker. */
export interface EditJudge {
  /** Estimate that a large model would write the edit that follows. */
  followUp(place: EditedPlace, signal: AbortSignal): Promise<number>;
  /** Where a proposed edit goes in the place's text, or why it may not. */
  checkedEdit(place: EditedPlace, proposed: ProposedEdit, signal: AbortSignal): Promise<Replacement | Refusal>;
}

export interface FollowingEdit {
  /** In the place's text. */
  readonly change: Replacement;
  /** The model's estimate that it is right. */
  readonly sure: number;
  readonly model: string;
  /** Of the call; 0 if the answer was known. */
  readonly costUsd: number;
  readonly latencyMs: number;
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
  | NonNullable<ReturnType<typeof offAt>>
  | Refusal;

/** Dismissed or ignored edits of a large model in a row raise the price of the next call by this much each. */
const PRICE_OF_DISMISSED = 0.1;
const MAX_DISMISSED = 4;
/** Of what a model is shown around the cursor, UTF-16 units: a minified file costs too much. */
const MAX_WINDOW = 20_000;
/** States whose answers are remembered. */
const MAX_KEPT = 50;

interface FollowingEditsDeps extends Pick<CompletionDeps, 'llm' | 'settings' | 'redact' | 'log'> {
  readonly api: Pick<ApiCalls, 'available' | 'waitMs' | 'answered' | 'failed' | 'reportUnshown'>;
}

export class FollowingEdits {
  private readonly deps: FollowingEditsDeps;
  /** State → the answer, so that nothing is asked twice. */
  private kept = new Map<string, LlmAnswer>();
  private dismissed = 0;

  constructor(deps: FollowingEditsDeps) {
    this.deps = deps;
  }

  /** The edit to offer, or why there is none. Rejects when the signal ends. */
  async after(place: EditedPlace, judge: EditJudge, signal: AbortSignal): Promise<FollowingEdit | NoFollowingEdit> {
    const { api, log } = this.deps;
    const { kept } = this;
    const { path, text, offset } = place;
    const off = offAt(queryOf(text, offset, path, languageIdOf(path)), this.deps.settings(fileQuery(place)));
    if (off !== undefined) return off;
    const state = stateOf(place);
    const known = kept.get(state);
    const answer = known ?? (await this.answerAt(place, judge, signal));
    if (typeof answer === 'string') return answer;
    // After a reset in the meantime this is no longer the map that is asked.
    keep(kept, state, answer);
    const { model, latencyMs } = answer;
    // An answer cut by its length limit lacks the end of its new lines.
    const proposed = answer.truncated ? undefined : readEdit(answer.text);
    const costUsd = known === undefined ? answer.costUsd : 0;
    let found: Awaited<ReturnType<typeof this.judged>> = 'it could not be checked';
    try {
      found = await this.judged(proposed, place, judge, signal);
    } finally {
      if (typeof found === 'string') api.reportUnshown(costUsd);
    }
    log.info(typeof found === 'string' ? `No edit by ${model}: ${found}` : `An edit by ${model}`);
    return typeof found === 'string' ? found : { ...found, model, costUsd, latencyMs };
  }

  /** The large model's answer, if asking is worth its price. */
  private async answerAt(
    place: EditedPlace,
    judge: EditJudge,
    signal: AbortSignal,
  ): Promise<LlmAnswer | NoFollowingEdit> {
    const llm = this.deps.llm();
    // A model that only fills in gets no instructions.
    if (llm === undefined || llm.facts.infill !== undefined || !this.mayAsk(place))
      return 'no large model is available';
    // Who has just pressed Enter writes on: the next key would cancel the call (bench/replay/edit-calls.ts).
    if (isInBlankLine(place)) return 'the line is not written yet';
    const price = this.limitsOf(place).price + PRICE_OF_DISMISSED * this.dismissed;
    const { start, end } = windowOf(place);
    if (end - start > MAX_WINDOW || !((await judge.followUp(place, signal)) > price)) return 'a call gains too little';
    const request = await this.requestFor(place).catch((error: unknown) => {
      this.deps.log.error('The secrets of recent edits could not be redacted, so they are not sent.', error);
      return undefined;
    });
    signal.throwIfAborted();
    if (request === undefined || !this.mayAsk(place)) return 'this place cannot be sent safely';
    return (await this.ask(llm, request, signal)) ?? 'the call failed';
  }

  /** The request at a place, redacted, as it would be sent. Rejects if it cannot be redacted. */
  async requestFor({ path, text, offset, changes }: EditedPlace): Promise<EditRequest> {
    const { redact } = this.deps;
    // The journal redacted whole texts; what has become known since is redacted now.
    const cut = { start: true, end: true };
    const query = { ...fileQuery({ path }), prefix: text.slice(0, offset), suffix: text.slice(offset) };
    const sides = changes.map(async (change) => ({
      path: await redact.path(change.path),
      before: await redact.text(change.before, change.path, cut),
      after: await redact.text(change.after, change.path, cut),
    }));
    // Whole texts are redacted, also what is being typed at the cursor, and cut afterwards.
    const [whole, ...redacted] = await Promise.all([redactedQuery(query, redact), ...sides]);
    const typed = hiddenBefore(query.prefix, whole.prefix);
    const hide = (side: string) => (typed === '' ? side : side.replaceAll(typed, '*'.repeat(typed.length)));
    return editRequestAt({
      path: whole.path,
      text: whole.prefix + whole.suffix,
      offset,
      // A change shows the line of the cursor, too.
      changes: redacted.map((change) => ({ ...change, before: hide(change.before), after: hide(change.after) })),
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

  private limitsOf(place: EditedPlace) {
    const query = fileQuery(place);
    const { waitMs } = this.deps.api;
    const usual = { isManual: false, opensList: false, rejectedHere: false, doubt: 0 };
    return limitsAt(this.deps.settings(query), { ...usual, query, isAnswer: true, waitMs });
  }

  /** Undefined: it failed, which is reported. */
  private async ask(llm: LlmClient, request: EditRequest, signal: AbortSignal): Promise<LlmAnswer | undefined> {
    const { api } = this.deps;
    const prompt = editPrompt(request, llm.facts);
    const result = await llm
      .ask(prompt, signal, undefined, (lost) => api.reportUnshown(lost.costUsd))
      .catch((error: unknown) => {
        if (signal.aborted || isCancelled(error)) throw error;
        return failed('malformed', messageOf(error));
      });
    if (result.ok) {
      api.answered();
      return result.value;
    }
    if (result.error.code !== 'cancelled') api.failed(result.error);
    return undefined;
  }

  private async judged(
    proposed: ProposedEdit | undefined,
    place: EditedPlace,
    judge: EditJudge,
    signal: AbortSignal,
  ): Promise<Pick<FollowingEdit, 'change' | 'sure'> | NoFollowingEdit> {
    if (proposed === undefined) return 'the large model knows no edit';
    const { sure } = proposed;
    if (sure < this.limitsOf(place).threshold) return 'it is not sure enough';
    const written = await this.deps.redact.text(proposed.new, place.path, { start: true, end: true });
    // Asterisks stand for what was redacted.
    const hidden = proposed.new.match(/\*{4,}/g) ?? [];
    if (written !== proposed.new || hidden.some((run) => !place.text.includes(run))) return 'it holds a secret';
    const change = await judge.checkedEdit(place, proposed, signal);
    return typeof change === 'string' ? change : { change, sure };
  }
}

function keep(kept: Map<string, LlmAnswer>, state: string, answer: LlmAnswer): void {
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

function isInBlankLine({ text, offset }: EditedPlace): boolean {
  return text.slice(lineStart(text, offset), lineEnd(text, offset)).trim() === '';
}

/** Equal for the same text around the cursor after the same changes. */
function stateOf(place: EditedPlace): string {
  return createHash('sha256')
    .update(JSON.stringify(editRequestAt(place)))
    .digest('base64');
}
