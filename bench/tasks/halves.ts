// Whether the bound holds: over random halves of a task's texts, a sample of one half is learned from as the product
// does it, n-grams alone, and the loss is counted on the other half.
import { shuffled } from '../../src/common/statistics/random.ts';
import type { KnownLabels } from '../../src/text-tasks/given-labels.ts';
import { keyOf } from '../../src/text-tasks/labels/extract.ts';
import type { FullyKnownText } from '../../src/text-tasks/labels/router.ts';
import { labelProbabilities } from '../../src/text-tasks/labels/text-specialist.ts';
import { DEFAULT_LOSS, learnLabels } from '../../src/text-tasks/learn.ts';
import type { Figures } from '../figures.ts';
import type { RecordedTask } from './data.ts';

/** The product's sample, and the number of halves. */
const SAMPLE = 300;
const HALVES = 40;

export function onHiddenHalves({ task, ownLabels, texts }: RecordedTask): Figures {
  const nameOf = (label: number | undefined) => task.labels[label ?? -1]?.name as string;
  const asked = texts.filter(({ api }) => api !== undefined);
  const source = { kind: 'lines', path: 'texts.txt' } as const;
  const halves = Array.from({ length: HALVES }, (_, half) => {
    const order = shuffled(asked.length, half + 1).map((i) => asked[i] as (typeof asked)[number]);
    const hidden = order.slice(Math.max(SAMPLE, Math.ceil(asked.length / 2)));
    const known = new Map<number, KnownLabels>();
    for (const { text, api, truth } of order.slice(0, SAMPLE))
      known.set(keyOf(text), {
        text,
        api: nameOf(api),
        ...(ownLabels && { person: nameOf(truth) }),
        paid: { random: true },
      });
    const unlabelled = hidden.map(({ text }) => text);
    const { specialist, router, risk, judged } = learnLabels(
      { ...task, source },
      { known, texts: asked.length, unlabelled },
    );
    const pairs = hidden.map((item) => {
      const truth = ownLabels ? item.truth : item.api;
      return router.judge({
        ...item,
        truth,
        probabilities: labelProbabilities(specialist, item),
      } as FullyKnownText);
    });
    const local = pairs.filter(({ gain }) => risk !== undefined && gain < risk.keepBelow);
    const lost = local.filter(({ specialistRight, apiRight }) => !specialistRight && apiRight);
    const right = pairs.filter(({ specialistRight }) => specialistRight);
    const shareOf = (some: readonly unknown[]) => some.length / pairs.length;
    return { heldBack: judged.length, loss: shareOf(lost), local: shareOf(local), right: shareOf(right) };
  });
  const mean = (of: (half: (typeof halves)[number]) => number) =>
    halves.reduce((sum, half) => sum + of(half), 0) / HALVES;
  return {
    bound: DEFAULT_LOSS,
    'held-back': mean(({ heldBack }) => heldBack),
    'mean-loss': mean(({ loss }) => loss),
    'halves-above-the-bound': mean(({ loss }) => Number(loss > DEFAULT_LOSS)),
    'local-share': mean(({ local }) => local),
    'specialist-accuracy': mean(({ right }) => right),
  };
}
