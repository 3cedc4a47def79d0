// Lines by the neural model alone.

import { clean } from '../../src/prompts/completion/clean.ts';
import type { PromptPart } from '../common/greedy/alone.ts';
import type { AloneProcess } from '../common/greedy/processes.ts';
import { type Line, lineTokens } from '../common/line-figures.ts';
import { askedAt, type RecordedPosition } from '../common/recordings.ts';

/** Greedy, healed at the cursor, until the line's end or the middle's. */
export async function neuralLine(
  process: AloneProcess,
  position: RecordedPosition,
  prompt: readonly PromptPart[],
): Promise<Line> {
  const started = performance.now();
  const { text, steps, stop } = await process.ask('complete', {
    prompt,
    maxTokens: lineTokens,
    stopText: '\n',
  });
  const latencyMs = performance.now() - started;
  // The end counts as a token, be it a line end (then it is the last step) or the end of the middle.
  const all = stop ? [...steps, stop] : steps;
  const lowest = Math.exp(Math.min(0, ...all.map(({ logProbability }) => logProbability)));
  return { position, text: clean(text, askedAt(position)), confidence: undefined, lowest, latencyMs };
}
