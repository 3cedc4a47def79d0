// Which form of prompt a task would choose, by the product's race over recorded answers in all forms, and what that costs and brings on other texts.
import { race } from '../../src/common/statistics/race.ts';
import { shuffled } from '../../src/common/statistics/random.ts';
import { MOST_COMPARED, ROUND, RULES } from '../../src/text-tasks/choose-form.ts';
import type { Figures } from '../figures.ts';
import type { RecordedTask } from './data.ts';
import { recordedLabels } from './peft.ts';

/** What was recorded, from the cheapest. */
const ARMS = ['bare', 'examples', 'informed'] as const;
const ORDERS = 200;

export function racesOf(recorded: RecordedTask): Figures | undefined {
  const answers = ARMS.map((arm) => recordedLabels(recorded, arm));
  if (answers.includes(undefined)) return undefined;
  const texts = recorded.texts
    .filter(({ split }) => split === 'test')
    .map(({ id, truth }) => {
      const scores = ARMS.map((arm, i) => [arm, Number(answers[i]?.get(id) === truth)] as const);
      return Object.fromEntries(scores) as Record<(typeof ARMS)[number], number>;
    });
  const runs = Array.from({ length: ORDERS }, (_, seed) => {
    const order = shuffled(texts.length, seed + 1).map((i) => texts[i] as (typeof texts)[number]);
    const scores: Partial<(typeof texts)[number]>[] = [];
    let calls = 0;
    let state = race(ARMS, scores, RULES);
    while (state.open.length > 0 && scores.length < MOST_COMPARED) {
      for (const text of order.slice(scores.length, scores.length + ROUND)) {
        scores.push(Object.fromEntries(state.open.map((arm) => [arm, text[arm]])));
        calls += state.open.length;
      }
      state = race(ARMS, scores, RULES);
    }
    const others = order.slice(scores.length);
    const right = (arm: (typeof ARMS)[number]) => others.reduce((sum, text) => sum + text[arm], 0) / others.length;
    return { winner: state.winner, calls, served: right(state.winner), bare: right('bare') };
  });
  const mean = (of: (run: (typeof runs)[number]) => number) => runs.reduce((sum, run) => sum + of(run), 0) / ORDERS;
  return {
    ...Object.fromEntries(ARMS.map((arm) => [`chose-${arm}`, mean(({ winner }) => Number(winner === arm))])),
    calls: mean(({ calls }) => calls),
    bare: mean(({ bare }) => bare),
    served: mean(({ served }) => served),
  };
}
