// The job that writes one text, a commit message or a comment: by the large model if allowed, otherwise a local draft.
import type { ApiAccess } from '../adaptation/types.ts';
import { failed, ok, type Result } from '../common/errors.ts';
import type { LlmAnswer } from '../llm/protocol/models.ts';
import { answerPrompt } from '../prompts/answer/answer-prompt.ts';
import { openLogged } from '../storage/open.ts';
import type { DocEdit } from '../text/doc-comments.ts';
import type { AnswerItem } from '../text-tasks/answers/answer-router.ts';
import { type CommitSource, commitItem, type DocSource, docItem } from '../text-tasks/commit-context.ts';
import { type JobDeps, paidLlm } from './paid-llm.ts';

/** Plain data: it is sent to a job's process. */
export type WriteRequest = (
  | ({ readonly kind: 'commit message' } & CommitSource)
  | ({ readonly kind: 'comment' } & DocSource)
) & {
  readonly storeFolder: string;
  /** Absent: local only. The caller has the user's consent. */
  readonly api?: Pick<ApiAccess, 'settings' | 'budgetUsd'>;
};

export interface WrittenText {
  readonly text: string;
  /** Of a comment: the edit of the text in the request. */
  readonly edit?: DocEdit;
  /** The large model that wrote the text; absent: a local draft. */
  readonly model?: string;
  readonly costUsd: number;
  /** Why the large model did not write the text although allowed. */
  readonly trouble?: string;
}

export async function writeTextJob(request: WriteRequest, deps: JobDeps): Promise<Result<WrittenText>> {
  const { signal } = deps;
  const item = await (request.kind === 'comment' ? docItem(request, signal) : commitItem(request, signal));
  if (!item.ok) return item;
  const { draft, isOpen, withheld, edit } = item.value;
  let lostUsd = 0;
  const onLost = (lost: LlmAnswer) => {
    lostUsd = lost.costUsd;
  };
  const asked = request.api && isOpen ? await ask(request, item.value, deps, onLost) : undefined;
  const answer = asked?.ok ? asked.value : undefined;
  const text = answer?.text || draft;
  if (text === '') {
    if (asked?.ok === false) return asked;
    const largeModel = asked ? 'the large model wrote none' : 'no large model is available for it';
    return failed(
      'nothing-to-learn',
      `No function of this folder has a comment that a draft could follow, and ${largeModel}. ` +
        'Comment a similar function first, or choose a large model and allow it in this folder.',
    );
  }
  const placed = edit?.(text);
  if (placed?.ok === false) return placed;
  const notSent = withheld === undefined ? undefined : `Nothing was sent to the large model. ${withheld}`;
  const trouble = asked?.ok === false ? asked.error.message : request.api && notSent;
  return ok({
    text,
    ...(placed && { edit: placed.value }),
    ...(answer?.text && { model: answer.model }),
    costUsd: answer?.costUsd ?? lostUsd,
    ...(trouble !== undefined && { trouble }),
  });
}

async function ask(
  { api, root, storeFolder }: WriteRequest,
  { form, text, examples }: AnswerItem,
  deps: JobDeps,
  onLost: (lost: LlmAnswer) => void,
) {
  const { log, signal } = deps;
  const store = openLogged(storeFolder, log);
  try {
    const llm = paidLlm(api as NonNullable<typeof api>, store, root, deps);
    return await llm.ask(answerPrompt(form, text, { examples }, llm.facts), signal, undefined, onLost);
  } finally {
    store.close();
  }
}
