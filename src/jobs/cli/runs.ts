// The processes of a command: jobs and the drafting engine.

import { join } from 'node:path';
import { cancelledFailure } from '../../adaptation/stages/stopped.ts';
import type { AdaptOutcome, AdaptRequest } from '../../adaptation/types.ts';
import type { Result } from '../../common/errors.ts';
import { wrap } from '../../common/format.ts';
import { plainLine, plainText } from '../../common/plain-text.ts';
import { readTuning } from '../../common/tuning.ts';
import { EngineClient } from '../../specialist/engine/client.ts';
import { JobClient, type JobOptions } from '../client.ts';
import { memoryOption, repository, type Values } from './command-line.ts';
import { GRACE_MS, type Terminal } from './terminal.ts';

export class Runs {
  /** Undefined: n-grams alone. */
  readonly engine: EngineClient | undefined;
  private readonly jobOptions: JobOptions;
  private readonly jobs: JobClient[] = [];
  private readonly request: AdaptRequest;
  private readonly terminal: Terminal;

  constructor(request: AdaptRequest, values: Values, terminal: Terminal) {
    this.request = request;
    this.terminal = terminal;
    const memoryCeiling = memoryOption(values);
    const { trainingNiceness } = readTuning(process.env);
    const script = join(repository, 'src', 'specialist', 'engine', 'main.ts');
    const start = { script, memoryCeiling, trainingNiceness };
    this.engine = request.neural && new EngineClient({ ...start, log: terminal.log });
    const job = join(repository, 'src', 'jobs', 'main.ts');
    this.jobOptions = { script: job, engine: () => start, who: 'npm start' };
  }

  async run(more: Partial<AdaptRequest>): Promise<Result<AdaptOutcome>> {
    const { bar, stop, log } = this.terminal;
    const jobs = new JobClient({ ...this.jobOptions, log });
    this.jobs.push(jobs);
    return jobs.run(
      { ...this.request, ...more },
      stop.signal,
      (update) => {
        if (stop.signal.aborted) return;
        if (update.lines !== undefined) bar.interrupt(`${wrap(plainText(update.lines))}\n`);
        if (update.say !== undefined) bar.interrupt(`${wrap(plainLine(update.say))}\n`);
        bar.update(update);
      },
      { askPlan: (offer) => this.terminal.askPlan(offer, this.request.neural?.trains) },
    );
  }

  /** The exit code of `work`. Ends every started process when `work` settles or the time to stop is over. */
  async within(work: Promise<number>): Promise<number> {
    const { deadline } = this.terminal.stop;
    const code = await Promise.race([work, deadline]);
    await Promise.all([this.engine, ...this.jobs].map((each) => each?.end(GRACE_MS)));
    return code ?? this.terminal.fail(cancelledFailure(this.request.specialistFolder).error);
  }
}
