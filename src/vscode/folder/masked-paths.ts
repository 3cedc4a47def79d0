// A specialist that is asked by masked paths alone.
import type { CompletionQuery, Specialist } from '../../common/completion.ts';
import type { Masking } from '../../common/masking.ts';

/** In the index a file has its masked path: a query must have it too, or its own indexed text would be another file's to it. */
export function withMaskedPaths(specialist: Required<Specialist>, mask: Masking): Specialist {
  // What is asked at once, and cannot wait for the mask, is asked of a place that has been asked about before.
  let last = { path: '', masked: '' };
  const masked = async (query: CompletionQuery) => {
    const path = await mask.path(query.path);
    last = { path: query.path, masked: path };
    return { ...query, path };
  };
  const known = (query: CompletionQuery) => (query.path === last.path ? { ...query, path: last.masked } : query);
  // Where a path cannot be masked, nobody is asked before the request is, which then fails.
  const ahead = (query: CompletionQuery, ask: (at: CompletionQuery) => void) => void masked(query).then(ask, () => {});
  return {
    name: specialist.name,
    complete: async (query, options, signal) => specialist.complete(await masked(query), options, signal),
    begin: (query, options) => ahead(query, (at) => specialist.begin(at, options)),
    warm: (query) => ahead(query, (at) => specialist.warm(at)),
    isUnderWay: (query, options) => specialist.isUnderWay(known(query), options),
    hasBetter: (query, options) => specialist.hasBetter(known(query), options),
    indexRevisionFor: (query) => specialist.indexRevisionFor(known(query)),
    snippets: async (query, options, signal) => specialist.snippets(await masked(query), options, signal),
    setOpenFile: (path, text) => specialist.setOpenFile(path, text),
  };
}
