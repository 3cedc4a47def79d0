// The job that has the large model write one text: a commit message or a comment.
import type { ApiAccess } from '../adapt/request/adapt-request.ts';
import { ok, type Result } from '../common/errors.ts';
import type { LlmAnswer } from '../llm/protocol/models.ts';
import { answerPrompt } from '../prompts/answer/answer-prompt.ts';
import { openLogged } from '../storage/open.ts';
import type { DocEdit } from '../text/doc-comments.ts';
import {
  type AnswerItem,
  type CommitSource,
  commitItem,
  type DocSource,
  docItem,
} from '../text-tasks/commit-context.ts';
import { type JobDeps, paidLlm } from './paid-llm.ts';

/** Plain data: it is sent to a job's process. */
export type WriteRequest = (
  | ({ readonly kind: 'commit message' } & CommitSource)
  | ({ readonly kind: 'comment' } & DocSource)
) & {
  readonly storeFolder: string;
  /** The caller has the user's consent. */
  readonly api: Pick<ApiAccess, 'settings' | 'budgetUsd'>;
};

export interface WrittenText {
  /** '': nothing was written. */
  readonly text: string;
  /** Of a comment: the edit of the text in the request. */
  readonly edit?: DocEdit;
  /** The large model that wrote the text; absent: nothing was written. */
  readonly model?: string;
  readonly costUsd: number;
  /** Why nothing was written. */
  readonly trouble?: string;
}

export async function writeTextJob(request: WriteRequest, deps: JobDeps): Promise<Result<WrittenText>> {
  const { signal } = deps;
  const item = await (request.kind === 'comment' ? docItem(request, signal) : commitItem(request, signal));
  if (!item.ok) return item;
  const { withheld, edit } = item.value;
  let lostUsd = 0;
  const onLost = (lost: LlmAnswer) => {
    lostUsd = lost.costUsd;
  };
  const asked = withheld === undefined ? await ask(request, item.value, deps, onLost) : undefined;
  if (asked?.ok === false && asked.error.code === 'cancelled') return asked;
  const answer = asked?.ok && asked.value.text !== '' ? asked.value : undefined;
  const text = answer?.text ?? '';
  const placed = text === '' ? undefined : edit?.(text);
  if (placed?.ok === false) return placed;
  const why = asked?.ok === false ? asked.error.message : asked ? 'The large model wrote nothing.' : undefined;
  const trouble = why ?? `Nothing was sent to the large model. ${withheld}`;
  return ok({
    text,
    ...(placed && { edit: placed.value }),
    ...(answer && { model: answer.model }),
    costUsd: answer?.costUsd ?? lostUsd,
    ...(!answer && { trouble }),
  });
}

async function ask(
  { api, root, storeFolder }: WriteRequest,
  { form, text, examples, rules }: AnswerItem,
  deps: JobDeps,
  onLost: (lost: LlmAnswer) => void,
) {
  const { log, signal } = deps;
  const store = openLogged(storeFolder, log);
  try {
    const llm = paidLlm(api, store, root, deps);
    return await llm.ask(answerPrompt(form, text, { examples, rules }, llm.facts), signal, undefined, onLost);
  } finally {
    store.close();
  }
}
