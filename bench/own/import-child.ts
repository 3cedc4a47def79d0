// Imports a base in a process of its own, as the product does, and reports the peak memory. Started by main.ts.

import { unwrap } from '../../src/common/errors.ts';
import {
  type ImportedBase,
  importModel,
  type ModelImportRequest,
} from '../../src/neural/models/import/import-model.ts';
import { serve } from '../common/child-process.ts';

export interface ImportChild {
  /** `memory`: bytes at most, above what the process had before. */
  importBase(request: ModelImportRequest): Promise<{ readonly imported: ImportedBase; readonly memory: number }>;
}

serve<ImportChild>(async () => {
  const before = process.memoryUsage.rss();
  return {
    importBase: async (request) => {
      // Looked at with every parameter: the system's own maximum begins with that of the process that forked this one.
      let most = before;
      const look = () => {
        most = Math.max(most, process.memoryUsage.rss());
      };
      const imported = unwrap(await importModel(request, new AbortController().signal, look));
      look();
      return { imported, memory: most - before };
    },
  };
});
