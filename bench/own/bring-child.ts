// Brings a base in a process of its own, as the product does, and says what that took at most. Started by main.ts.

import { unwrap } from '../../src/common/errors.ts';
import {
  type ImportedBase,
  importModel,
  type ModelImportRequest,
} from '../../src/neural/models/import/import-model.ts';
import { serve } from '../common/child-process.ts';

export interface Bringing {
  /** `memory`: bytes at most, above what the process had before. */
  bring(request: ModelImportRequest): Promise<{ readonly brought: ImportedBase; readonly memory: number }>;
}

serve<Bringing>(async () => {
  const before = process.memoryUsage.rss();
  return {
    bring: async (request) => {
      // Looked at with every parameter: the system's own maximum begins with that of the process that forked this one.
      let most = before;
      const look = () => {
        most = Math.max(most, process.memoryUsage.rss());
      };
      const brought = unwrap(await importModel(request, new AbortController().signal, look));
      look();
      return { brought, memory: most - before };
    },
  };
});
