// Opens a simulated window for a folder, with both models on a virtual clock, and closes it after the work.
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { Base } from '../base/types.ts';
import type { PackageFile } from '../common/packages.ts';
import { SimulatedWindow, type SimulatedWindowDeps } from '../common/simulated-window.ts';
import { TimedEngine, TimedNgram, withModels } from './timed.ts';
import { VirtualClock } from './virtual-clock.ts';

const KEY = 'desk';

export type RuleWindow = Pick<SimulatedWindowDeps, 'settings' | 'log'>;

/**
 * @param others files in the index
 * @param alone only the n-grams answer
 */
export async function inSimulatedWindow<T>(
  { model, tokenizer, tokenizerPath }: Base,
  others: readonly PackageFile[],
  rule: RuleWindow,
  work: (window: SimulatedWindow, clock: VirtualClock) => Promise<T>,
  alone = false,
): Promise<T> {
  return withModels(NgramModel.build(others, tokenizer), KEY, async (models) => {
    const clock = new VirtualClock();
    const timed = { models, clock, cost: { cpuMs: 0 } };
    const window = new SimulatedWindow({ clock, ngram: new TimedNgram(timed), key: KEY, ahead: true, ...rule });
    const opened = { model, name: 'base', tokenizer: tokenizerPath, threads: 1 };
    const typing = async () => {
      if (!alone) await window.specialist.open(new TimedEngine(timed), opened);
      return work(window, clock);
    };
    try {
      return await clock.run(typing());
    } finally {
      window.dispose();
    }
  });
}
