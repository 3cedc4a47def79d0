// A specialist that sees redacted paths only.
import type { CompletionQuery, Specialist } from '../../common/completion.ts';
import type { Redactor } from '../../common/redaction.ts';

/**
 * The index stores redacted paths, so a query needs one too: otherwise its own indexed text would count as another
 * file's.
 */
export function withRedactedPaths(specialist: Required<Specialist>, redact: Redactor): Specialist {
  // Synchronous questions are about positions whose path was redacted before.
  let last = { path: '', redacted: '' };
  const redacted = async (query: CompletionQuery) => {
    const path = await redact.path(query.path);
    last = { path: query.path, redacted: path };
    return { ...query, path };
  };
  const known = (query: CompletionQuery) => (query.path === last.path ? { ...query, path: last.redacted } : query);
  // If a path cannot be redacted, the request fails.
  const ahead = (query: CompletionQuery, ask: (at: CompletionQuery) => void) =>
    void redacted(query).then(ask, () => {});
  return {
    name: specialist.name,
    complete: async (query, options, signal) => specialist.complete(await redacted(query), options, signal),
    begin: (query, options) => ahead(query, (at) => specialist.begin(at, options)),
    warm: (query) => ahead(query, (at) => specialist.warm(at)),
    isUnderWay: (query, options) => specialist.isUnderWay(known(query), options),
    hasBetter: (query, options) => specialist.hasBetter(known(query), options),
    indexRevisionFor: (query) => specialist.indexRevisionFor(known(query)),
    snippets: async (query, options, signal) => specialist.snippets(await redacted(query), options, signal),
    setOpenFile: (path, text) => specialist.setOpenFile(path, text),
  };
}
