// What leaves the machine with an API call: text round the cursor and snippets, secrets replaced.
import type { Draft, Specialist } from '../common/completion.ts';
import type { Masking } from '../common/masking.ts';
import { type LlmRequest, REQUEST_SNIPPETS, requestAt } from '../prompts/completion/llm-request.ts';
import type { CompletionPlace } from '../prompts/completion/types.ts';
import { maskedInsert, maskedQuery } from './masked.ts';

/** A local draft less likely right than this is no hint. */
export const HINT_BAR = 0.1;

export interface PromptParts {
  readonly place: Pick<CompletionPlace, 'query' | 'block'>;
  readonly hint: Draft | undefined;
  /** A local draft that was not wanted here: it says what the snippets are to be about (MCCom, arXiv 2603.05974), and does not go along. */
  readonly rejected?: string | undefined;
}

/** Everything is masked whole, with what is known of the folder, and cut afterwards. A hint with a secret in it is no hint. */
export async function maskedRequest(
  { place: { query, block }, hint, rejected = '' }: PromptParts,
  specialist: Specialist,
  mask: Masking,
  signal: AbortSignal,
): Promise<LlmRequest> {
  const sought = { ...query, prefix: query.prefix + rejected };
  const [masked, text, found] = await Promise.all([
    maskedQuery(query, mask),
    maskedInsert(hint?.text ?? '', query, mask),
    // Without snippets the prompt is poorer, not wrong.
    specialist.snippets(sought, REQUEST_SNIPPETS, signal).catch(() => []),
  ]);
  signal.throwIfAborted();
  const snippets = await Promise.all(
    found.map(async ({ path, text, line }) => ({
      path: await mask.path(path),
      // It was cut from a file that may have changed since it was masked.
      text: await mask.text(text, path, { start: true, end: true }),
      line,
    })),
  );
  return requestAt({ query: masked, block }, snippets, text !== '' && text === hint?.text ? { hint: text } : {});
}
