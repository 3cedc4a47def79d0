// A base alone in a process of its own, another one each time it is told. Started by processes.ts.

import type { LanguageModelOptions } from '../../../src/neural/inference/language-model.ts';
import { serve } from '../child-process.ts';
import { Alone, type Completed, type TextRequest } from './alone.ts';

let alone: Alone | undefined;

const answers = {
  load: async (options: LanguageModelOptions): Promise<void> => {
    await alone?.dispose();
    alone = undefined;
    alone = await Alone.load(options);
  },
  complete: async (request: TextRequest): Promise<Completed> => (alone as Alone).complete(request),
};

export type AloneAnswers = typeof answers;

serve(async () => answers);
