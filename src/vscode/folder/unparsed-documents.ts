// The documents that a local model does not parse any more, learned from its drafts.
import type { Specialist } from '../../common/completion.ts';

export class UnparsedDocuments {
  private readonly paths = new Set<string>();
  private readonly onFound: (path: string, reason: string) => void;

  /** @param onFound called once for each document */
  constructor(onFound: (path: string, reason: string) => void) {
    this.onFound = onFound;
  }

  has(path: string): boolean {
    return this.paths.has(path);
  }

  /** The specialist, with a look at its drafts. */
  watch(specialist: Specialist): Specialist {
    return {
      ...specialist,
      complete: async (query, options, signal) => {
        const draft = await specialist.complete(query, options, signal);
        if (draft?.unparsed !== undefined && !this.paths.has(query.path)) {
          this.paths.add(query.path);
          this.onFound(query.path, draft.unparsed);
        }
        return draft;
      },
    };
  }
}
