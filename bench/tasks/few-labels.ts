// Few labels of a person: whether it helps to label the texts next of which the local model is unsure. Chosen on the
// calibration texts, reported on the test texts.
import { shuffled } from '../../src/common/statistics/random.ts';
import { mostLikely } from '../../src/text-tasks/labels/router.ts';
import { fitSpecialist, labelProbabilities, textStatisticsOf } from '../../src/text-tasks/labels/text-specialist.ts';
import type { Figures } from '../figures.ts';
import type { RecordedTask, RecordedText } from './data.ts';

const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const sizes = [20, 40, 60, 80];
/** Texts that can be labelled, and texts of each split that are judged. */
const poolSize = 300;
const judgedMost = 300;

/** Which texts are labelled next: the share of them that the model is least sure of; the others are random. */
const shares = { random: 0, half: 0.5, unsure: 1 } as const;

export function fewLabels({ task, texts }: RecordedTask): Figures {
  const labels = task.labels.length;
  const judged = (split: RecordedText['split']) => texts.filter((row) => row.split === split).slice(0, judgedMost);
  const all = texts.filter(({ split }) => split === 'train' || split === 'rest');
  const rows: Record<string, Record<string, number>> = {};
  const add = (name: string, key: string, value: number) => {
    const row = rows[name] ?? {};
    rows[name] = { ...row, [key]: (row[key] ?? 0) + value / seeds.length };
  };
  for (const seed of seeds) {
    const pool = shuffled(all.length, seed)
      .slice(0, poolSize)
      .map((i) => all[i] as RecordedText);
    const statistics = textStatisticsOf(pool.map(({ text }) => text));
    for (const [name, share] of Object.entries(shares)) {
      let open = pool.slice(sizes[0]);
      let labelled = pool.slice(0, sizes[0]);
      sizes.forEach((size, step) => {
        const items = labelled.map(({ text, truth }) => ({ text, label: truth }));
        const { specialist, outOfFold } = fitSpecialist(items, labels, statistics, { seed });
        const right = (rows: readonly RecordedText[]) =>
          rows.filter(({ text, truth }) => mostLikely(labelProbabilities(specialist, { text })) === truth).length /
          rows.length;
        add(name, `calibration-at-${size}`, right(judged('calibration')));
        add(name, `test-at-${size}`, right(judged('test')));
        const crossed = outOfFold.filter((each, i) => mostLikely(each) === items[i]?.label).length / items.length;
        add(name, `cross-validation-at-${size}`, crossed);
        const next = (sizes[step + 1] ?? size) - size;
        const margins = new Map(
          open.map((row) => {
            const [first = 0, second = 0] = labelProbabilities(specialist, row).sort((a, b) => b - a);
            return [row, first - second];
          }),
        );
        const unsure = [...open].sort((a, b) => (margins.get(a) ?? 0) - (margins.get(b) ?? 0));
        const chosen = new Set(unsure.slice(0, Math.round(share * next)));
        for (const row of open) if (chosen.size < next) chosen.add(row);
        labelled = [...labelled, ...chosen];
        open = open.filter((row) => !chosen.has(row));
      });
    }
  }
  return rows;
}
