// The driver's suites by name.
import type { Plan, Suite } from './harness.ts';
import { defineBases } from './suites/bases.ts';
import { defineEdits } from './suites/edits.ts';
import { defineHostile } from './suites/hostile.ts';
import { defineMain } from './suites/main.ts';
import { defineMemory } from './suites/memory.ts';
import { defineModels } from './suites/models.ts';
import { defineMultiRoot } from './suites/multi-root.ts';
import { defineNeural } from './suites/neural.ts';
import { defineRestricted } from './suites/restricted.ts';
import { defineSeams } from './suites/seams.ts';
import { defineTexts } from './suites/texts.ts';

export const suites: Readonly<Record<string, (suite: Suite, plan: Plan) => void>> = {
  main: (suite, plan) => {
    defineMain(suite, plan);
    defineModels(suite);
    defineEdits(suite);
    defineTexts(suite);
  },
  seams: defineSeams,
  memory: defineMemory,
  neural: (suite, plan) => {
    defineBases(suite, plan);
    defineNeural(suite, plan);
  },
  'multi-root': defineMultiRoot,
  restricted: defineRestricted,
  hostile: defineHostile,
  'hostile-trusted': defineHostile,
};
