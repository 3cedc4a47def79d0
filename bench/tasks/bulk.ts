// How long a hundred thousand texts take with the cheap features, and what memory: in a stream, as the product labels them.
import { bestOf } from '../../src/tasks/label/coupling.ts';
import { labelProbabilities, type Specialist } from '../../src/tasks/label/text-specialist.ts';
import type { Figures } from '../figures.ts';

const ROWS = 100_000;
const CHARACTERS = 200;

function* madeTexts(texts: readonly { readonly text: string }[]): Generator<string> {
  for (let i = 0; i < ROWS; i++) {
    let text = '';
    for (let k = 0; text.length < CHARACTERS; k++) text += `${texts[(i * 7 + k * 131) % texts.length]?.text} `;
    yield text.slice(0, CHARACTERS);
  }
}

export function rowsInBulk(specialist: Specialist, texts: readonly { readonly text: string }[]): Figures {
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const counts = new Array<number>(specialist.labels).fill(0);
  let most = before;
  let done = 0;
  for (const text of madeTexts(texts)) {
    const label = bestOf(labelProbabilities(specialist, { text }));
    counts[label] = (counts[label] as number) + 1;
    if (++done % 1000 === 0) most = Math.max(most, process.memoryUsage.rss());
  }
  return { seconds: (performance.now() - began) / 1000, 'megabytes-more': (most - before) / 1e6 };
}
