// What the prompt of the mixed specialist is worth: lengths of prefix and suffix, snippets. Measured on the true text at the recorded
// cursors, token by token, which tells small differences apart that lines cannot.

import { Language } from '../../src/decode/language.ts';
import { fitGate, type GateExample, gated, meanLogLoss } from '../../src/fit/gate.ts';
import { gateSize } from '../../src/mix/gate.ts';
import { Mixed } from '../../src/mix/mixed.ts';
import { readMixWeights } from '../../src/mix/weights.ts';
import { PROMPT_LIMITS, type PromptLimits } from '../../src/tasks/completion/prompt-form.ts';
import { bucket } from '../common/packages.ts';
import { type Cursor, cursorsOf, isPublic, queryAt } from './cursors.ts';
import type { Base, BaseContext, Show } from './types.ts';

const { prefix, suffix, snippets } = PROMPT_LIMITS;
const variants: Readonly<Record<string, Partial<PromptLimits>>> = {
  [`as shipped: prefix ${prefix}, suffix ${suffix}, snippets ${snippets}`]: {},
  'prefix 64': { prefix: 64 },
  'prefix 128': { prefix: 128 },
  'prefix 512': { prefix: 512, grown: 640 },
  'suffix 0': { suffix: 0 },
  'suffix 16': { suffix: 16 },
  'suffix 128': { suffix: 128 },
  'snippets 0': { snippets: 0 },
  'snippets 288': { snippets: 288 },
  'prefix 512, suffix 128, snippets 0': { prefix: 512, grown: 640, suffix: 128, snippets: 0 },
};
const gatePrior = 50;

export async function prompts(context: BaseContext, show: Show): Promise<void> {
  for (const base of context.bases) {
    const { model, tokenizerPath } = base;
    const language = await Language.load({ model, tokenizer: tokenizerPath, precision: 'int8', threads: 1 });
    try {
      await promptsOf(base, language, context, show);
    } finally {
      await language.dispose();
    }
  }
}

async function promptsOf(base: Base, language: Language, { prepared }: BaseContext, show: Show): Promise<void> {
  const cursors = cursorsOf(prepared(base)).filter(isPublic);
  const weights = readMixWeights(base.model);
  for (const [name, change] of Object.entries(variants)) {
    const limits = { prompt: { ...PROMPT_LIMITS, ...change } };
    const mixed = new Map(
      prepared(base).map((item) => [item, new Mixed('base', language, () => item.ngram, weights, limits)]),
    );
    const examples: (readonly GateExample[])[] = [];
    for (const { prepared: item, place } of cursors) {
      examples.push(await (mixed.get(item) as Mixed).gateExamples({ query: queryAt(place), truth: place.truth }));
    }
    show([base.name, name], losses(cursors, examples));
  }
}

/** Nats a token; the gate is fitted on half of the files and measured on the other. */
function losses(cursors: readonly Cursor[], examples: readonly (readonly GateExample[])[]) {
  const all = examples.flat();
  const half = (which: number) => examples.filter((_, i) => bucket(cursors[i]?.place.path ?? '') % 2 === which).flat();
  const start = new Array<number>(gateSize).fill(0);
  const mixed = [0, 1].reduce((sum, which) => {
    const measured = half(which);
    const gate = fitGate(half(1 - which), start, gatePrior);
    return sum + measured.length * meanLogLoss(measured, (example) => gated(example, gate));
  }, 0);
  return {
    neural: meanLogLoss(all, ({ first }) => first),
    ngram: meanLogLoss(all, ({ second }) => second),
    mixed: mixed / all.length,
    tokens: all.length,
  };
}
