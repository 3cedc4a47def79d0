// What the drafts would have allowed: the same drafts, of which it is known how far they are right.
import type { CompletionQuery, Draft, DraftToken } from '../../src/common/completion.ts';
import { commonPrefix } from '../../src/text/edits.ts';
import type { PackageFile } from '../common/packages.ts';

/** Makes each token of a draft certain that its author wrote too, and impossible what stands behind it. Drafts in other files stay as they are. */
export function hindsight(files: readonly PackageFile[]): (draft: Draft, query: CompletionQuery) => Draft {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return (draft, { path, prefix }) => {
    const text = texts.get(path);
    if (!text?.startsWith(prefix)) return draft;
    const { continuation } = draft;
    const right = commonPrefix(draft.text + (continuation?.text ?? ''), text.slice(prefix.length));
    let end = 0;
    const judged = (tokens: readonly DraftToken[]) =>
      tokens.map((token): DraftToken => {
        end += token.text.length;
        return { ...token, probability: end <= right ? 1 : 0 };
      });
    return {
      ...draft,
      tokens: judged(draft.tokens),
      ...(continuation && { continuation: { ...continuation, tokens: judged(continuation.tokens) } }),
    };
  };
}
