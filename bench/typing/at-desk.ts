// A desk beside a folder, both models on a virtual clock, for as long as somebody works at it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { Base } from '../base/types.ts';
import { Desk, type DeskDeps } from '../common/desk.ts';
import type { PackageFile } from '../common/packages.ts';
import { Models, TimedEngine, TimedNgram } from './timed.ts';
import { VirtualClock } from './virtual-clock.ts';

const KEY = 'desk';

export type RuleDesk = Pick<DeskDeps, 'settings' | 'answering' | 'changed'>;

/** @param others what the index holds */
export async function atDesk<T>(
  { model, tokenizer, tokenizerPath }: Base,
  others: readonly PackageFile[],
  rule: RuleDesk,
  work: (desk: Desk, clock: VirtualClock) => Promise<T>,
): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-desk-'));
  const index = NgramModel.build(others, tokenizer);
  const models = new Models(index, join(scratch, 'others.ngram'));
  writeFileSync(models.snapshot, index.serialize());
  const clock = new VirtualClock();
  const timed = { models, clock, cost: { cpuMs: 0 } };
  const desk = new Desk({ clock, ngram: new TimedNgram(timed), key: KEY, ahead: true, ...rule });
  try {
    return await clock.run(
      (async () => {
        const engine = new TimedEngine(timed);
        await desk.specialist.open(engine, {
          ...{ model, name: 'base', tokenizer: tokenizerPath, precision: 'auto' as const, threads: 1 },
        });
        return work(desk, clock);
      })(),
    );
  } finally {
    desk.dispose();
    await models.close(KEY);
    rmSync(scratch, { recursive: true, force: true });
  }
}
