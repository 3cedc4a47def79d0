// The job that writes a function's comment: by the large model if allowed, otherwise a local draft.

import type { ApiAccess } from '../adaptation/types.ts';
import { failed, ok, type Result } from '../common/errors.ts';
import type { LlmAnswer } from '../llm/types.ts';
import { answerPrompt } from '../prompts/answer/answer-prompt.ts';
import { openStore } from '../storage/open.ts';
import { type DocEdit, docEdit, docProse } from '../text/doc-comments.ts';
import { type DocSource, readDocContext } from '../text-tasks/doc-context.ts';
import { type JobDeps, paidLlm } from './paid-llm.ts';

/** Plain data: it is sent to a job's process. */
export interface DocRequest extends DocSource {
  readonly storeFolder: string;
  /** Absent: local only. The caller has the user's consent. */
  readonly api?: Pick<ApiAccess, 'settings' | 'budgetUsd'>;
}

export interface WrittenComment {
  /** The edit of the text in the request. */
  readonly edit: DocEdit;
  /** Name of the function. */
  readonly name: string;
  /** The large model that wrote the comment; absent: a local draft. */
  readonly model?: string;
  readonly costUsd: number;
  /** Why the large model did not write the comment although allowed. */
  readonly trouble?: string;
}

const LONGEST = 700;
const instruction = (languageId: string) =>
  `Write the comment of a function in ${languageId}: what it does and what its caller must know. Say nothing that the code does not show, and do not retell its lines. Write the comment's text alone, without what stands round it in the code (no /**, no //, no #, no quotes). Tags of parameters and results only where the earlier comments have them.`;

export async function docCommentJob(request: DocRequest, deps: JobDeps): Promise<Result<WrittenComment>> {
  const context = await readDocContext(request, deps.signal);
  if (!context.ok) return context;
  const { form, target, draft, isOpen } = context.value;
  let lostUsd = 0;
  const onLost = (lost: LlmAnswer) => {
    lostUsd = lost.costUsd;
  };
  const written = request.api && isOpen ? await ask(request, context.value, deps, onLost) : undefined;
  const answer = written?.ok ? written.value : undefined;
  const prose = answer?.text ? docProse(answer.text) : draft;
  const trouble = written && !written.ok ? written.error.message : undefined;
  if (prose === '') {
    if (written?.ok === false) return written;
    const largeModel = written ? 'the large model wrote none' : 'no large model is available for it';
    return failed(
      'nothing-to-learn',
      `No function of this folder has a comment that a draft could follow, and ${largeModel}. ` +
        'Comment a similar function first, or choose a large model and allow it in this folder.',
    );
  }
  const edit = docEdit(form, prose, request.text, target);
  if (edit === undefined) return failed('unsupported', `Where the comment of '${target.name}' belongs cannot be told.`);
  return ok({
    edit,
    name: target.name,
    costUsd: answer?.costUsd ?? lostUsd,
    ...(answer?.text && { model: answer.model }),
    ...(trouble !== undefined && { trouble }),
  });
}

async function ask(
  { api, root, path, languageId, storeFolder }: DocRequest,
  {
    code,
    nearest,
  }: { readonly code: string; readonly nearest: readonly { readonly text: string; readonly label: string }[] },
  deps: JobDeps,
  onLost: (lost: LlmAnswer) => void,
) {
  const { log, signal } = deps;
  const { store } = openStore(storeFolder, { log, onNotice: (message) => log.warn(message) });
  try {
    const llm = paidLlm(api as NonNullable<typeof api>, store, root, deps);
    const task = { name: '', instruction: instruction(languageId), maximumLength: LONGEST };
    return await llm.ask({ ...answerPrompt(task, code, nearest, llm.facts), about: path }, signal, undefined, onLost);
  } finally {
    store.close();
  }
}
