// What a command starts for a folder: runs, and the engine that drafts.

import { join } from 'node:path';
import type { Failure, Result } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { readTuning } from '../common/tuning.ts';
import { EngineClient } from '../engine/client.ts';
import { JobClient, type JobOptions } from '../jobs/client.ts';
import { cancelled } from '../learn/cancellation.ts';
import { workFolder } from '../learn/folder-models.ts';
import { trainingStage } from '../learn/training.ts';
import type { AdaptOutcome, AdaptRequest } from '../learn/types.ts';
import { standOf } from '../train/stand.ts';
import { numberOption, repository, type Values } from './command-line.ts';
import { GRACE_MS, type Terminal } from './terminal.ts';

export class Runs {
  /** Undefined: n-grams alone. */
  readonly engine: EngineClient | undefined;
  private readonly jobOptions: JobOptions;
  private readonly jobs: JobClient[] = [];
  private readonly request: AdaptRequest;
  private readonly terminal: Terminal;
  private begunTraining = false;

  constructor(request: AdaptRequest, values: Values, terminal: Terminal) {
    this.request = request;
    this.terminal = terminal;
    const memoryCeiling = numberOption('memory', values.memory, 0.5, 1024) * 1e9;
    const { trainingNiceness } = readTuning(process.env);
    const script = join(repository, 'src', 'engine', 'main.ts');
    const start = { script, memoryCeiling, trainingNiceness };
    this.engine = request.neural && new EngineClient({ ...start, log: terminal.log });
    const job = join(repository, 'src', 'jobs', 'main.ts');
    this.jobOptions = { script: job, engine: () => start, who: 'npm start' };
  }

  /** @param log of this run alone */
  async run(more: Partial<AdaptRequest>, log: Log = this.terminal.log): Promise<Result<AdaptOutcome>> {
    const { bar, stop } = this.terminal;
    const jobs = new JobClient({ ...this.jobOptions, log });
    this.jobs.push(jobs);
    return jobs.run(
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

  /** `work`'s exit code; where there is no more time for it, all that it has started is ended. */
  async within(work: Promise<number>): Promise<number> {
    const { over } = this.terminal.stop;
    const code = await Promise.race([work, over]);
    await Promise.all([this.engine, ...this.jobs].map((each) => each?.end(GRACE_MS)));
    return code ?? this.terminal.fail(this.stopped());
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
