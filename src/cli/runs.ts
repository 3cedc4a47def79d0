// What a command starts for a folder: runs, and the engine that drafts.

import { join } from 'node:path';
import type { Failure, Result } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { readTuning } from '../common/tuning.ts';
import { killEngines } from '../engine/client.ts';
import { EnginePair } from '../engine/pair.ts';
import { cancelled } from '../learn/cancellation.ts';
import { AdaptClient } from '../learn/client.ts';
import { workFolder } from '../learn/folder-models.ts';
import { trainingStage } from '../learn/training.ts';
import type { AdaptOutcome, AdaptRequest } from '../learn/types.ts';
import { standOf } from '../train/stand.ts';
import { numberOption, repository, type Values } from './command-line.ts';
import { GRACE_MS, type Terminal } from './terminal.ts';

export class Runs {
  /** Undefined: n-grams alone. */
  readonly engine: EnginePair | undefined;
  private readonly request: AdaptRequest;
  private readonly terminal: Terminal;
  private begunTraining = false;

  constructor(request: AdaptRequest, values: Values, terminal: Terminal) {
    this.request = request;
    this.terminal = terminal;
    const memoryCeiling = numberOption('memory', values.memory, 0.5, 1024) * 1e9;
    const { trainingNiceness } = readTuning(process.env);
    const script = join(repository, 'src', 'engine', 'main.ts');
    this.engine = request.neural && new EnginePair({ script, memoryCeiling, trainingNiceness, log: terminal.log });
  }

  run(more: Partial<AdaptRequest>, log: Log = this.terminal.log): Promise<Result<AdaptOutcome>> {
    const { bar, stop } = this.terminal;
    const worker = join(repository, 'src', 'learn', 'worker.ts');
    return new AdaptClient(worker, this.engine, log, 'npm start').run(
      { ...this.request, ...more },
      stop.signal,
      (update) => {
        if (stop.signal.aborted) return;
        this.begunTraining ||= update.stage === trainingStage;
        bar.update(update);
      },
      (estimate) => this.terminal.confirm(estimate),
    );
  }

  /** `work`'s exit code; where there is no more time for it, all that it has started is killed. */
  async within(work: Promise<number>): Promise<number> {
    const { over } = this.terminal.stop;
    const code = await Promise.race([work, over]);
    if (code === undefined) {
      killEngines();
      return this.terminal.fail(this.stopped());
    }
    await Promise.race([this.engine?.end(GRACE_MS), over]);
    return code;
  }

  /** Where a run that was asked to end goes on, by what is on disk; and what else it ended with. */
  stopped(error: Failure = cancelled.error): Failure {
    const stand = this.begunTraining ? standOf(workFolder(this.request.specialistFolder)) : undefined;
    if (stand === undefined || error.code !== 'cancelled') return error;
    const where = stand.kind === 'trained' ? 'after the training' : `at step ${stand.step} of ${stand.totalSteps}`;
    const message = error.message.replace(cancelled.error.message, `Stopped ${where}; start it again to go on.`);
    return { ...error, message };
  }
}
