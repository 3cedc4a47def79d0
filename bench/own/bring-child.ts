// Brings a base in a process of its own, as the product does, and says what that took at most. Started by main.ts.
import { type BringRequest, type Brought, bring } from '../../src/bases/bring.ts';
import { unwrap } from '../../src/common/errors.ts';
import { serve } from '../common/child-process.ts';

export interface Bringing {
  /** `memory`: bytes at most, above what the process had before. */
  bring(request: BringRequest): Promise<{ readonly brought: Brought; readonly memory: number }>;
}

serve<Bringing>(async () => {
  const before = process.memoryUsage.rss();
  return {
    bring: async (request) => {
      const brought = unwrap(await bring(request, new AbortController().signal));
      return { brought, memory: process.resourceUsage().maxRSS * 1024 - before };
    },
  };
});
