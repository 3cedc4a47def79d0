// Wraps a specialist so that it receives only redacted paths.
import type { CompletionQuery, Specialist } from '../../common/completion.ts';
import type { Redactor } from '../../common/redaction.ts';

/**
 * The index stores redacted paths, so a query needs one too: otherwise its own indexed text would count as another
 * file's.
 */
export function withRedactedPaths(specialist: Required<Specialist>, redactor: Redactor): Specialist {
  // The synchronous methods are called only for a path that was redacted before.
  let last = { path: '', redacted: '' };
  const redact = async (query: CompletionQuery) => {
    const path = await redactor.path(query.path);
    last = { path: query.path, redacted: path };
    return { ...query, path };
  };
  const withKnownPath = (query: CompletionQuery) =>
    query.path === last.path ? { ...query, path: last.redacted } : query;
  // A prefetch for a path that cannot be redacted is dropped; the request itself reports the error.
  const prefetch = (query: CompletionQuery, run: (redacted: CompletionQuery) => void) =>
    void redact(query).then(run, () => {});
  return {
    name: specialist.name,
    complete: async (query, options, signal) => specialist.complete(await redact(query), options, signal),
    begin: (query, options) => prefetch(query, (redacted) => specialist.begin(redacted, options)),
    warm: (query) => prefetch(query, (redacted) => specialist.warm(redacted)),
    isDrafting: (query, options) => specialist.isDrafting(withKnownPath(query), options),
    hasBetterDraft: (query, options) => specialist.hasBetterDraft(withKnownPath(query), options),
    indexRevisionFor: (query) => specialist.indexRevisionFor(withKnownPath(query)),
    snippets: async (query, options, signal) => specialist.snippets(await redact(query), options, signal),
    setOpenFile: (path, text) => specialist.setOpenFile(path, text),
  };
}
