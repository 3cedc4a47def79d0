// The job that writes a commit message: by the large model if allowed, otherwise a local draft.

import type { ApiAccess } from '../adaptation/types.ts';
import { ok, type Result } from '../common/errors.ts';
import { commitPrompt } from '../prompts/commit/commit-prompt.ts';
import { localDraft } from '../prompts/commit/local-draft.ts';
import { openStore } from '../storage/open.ts';
import { type CommitSource, readCommit } from '../text-tasks/commit-context.ts';
import { type JobDeps, paidLlm } from './paid-llm.ts';

/** Plain data: it is sent to a job's process. */
export interface CommitJobRequest extends CommitSource {
  readonly storeFolder: string;
  /** Absent: local only. The caller has the user's consent. */
  readonly api?: Pick<ApiAccess, 'settings' | 'budgetUsd'>;
}

export interface CommitMessage {
  readonly message: string;
  /** The large model that wrote the message; absent: a local draft. */
  readonly model?: string;
  readonly costUsd: number;
  /** Why the large model did not write the message although allowed. */
  readonly trouble?: string;
}

export async function commitMessageJob(request: CommitJobRequest, deps: JobDeps): Promise<Result<CommitMessage>> {
  const { api, root, storeFolder } = request;
  const { signal, log } = deps;
  const context = await readCommit(request, signal);
  if (!context.ok) return context;
  const { files, nearest, additions, withheld } = context.value;
  const draft: CommitMessage = { message: localDraft(files, nearest, additions), costUsd: 0 };
  if (!api) return ok(draft);
  if (withheld !== undefined) return ok({ ...draft, trouble: `Nothing was sent to the large model. ${withheld}` });
  const { store } = openStore(storeFolder, { log, onNotice: (message) => log.warn(message) });
  try {
    const prompt = commitPrompt({ files, examples: nearest });
    let lostUsd = 0;
    const answer = await paidLlm(api, store, root, deps).ask(prompt, signal, undefined, (lost) => {
      lostUsd = lost.costUsd;
    });
    if (!answer.ok) return ok({ ...draft, costUsd: lostUsd, trouble: answer.error.message });
    const { text, model, costUsd } = answer.value;
    return ok(text === '' ? { ...draft, costUsd } : { message: text, model, costUsd });
  } finally {
    store.close();
  }
}
