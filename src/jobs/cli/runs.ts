// The processes of a command: jobs and the drafting engine.

import { join } from 'node:path';
import { cancelledFailure } from '../../adaptation/stages/stopped.ts';
import type { AdaptOutcome, AdaptRequest, AskForTime } from '../../adaptation/types.ts';
import type { Result } from '../../common/errors.ts';
import { wrap } from '../../common/format.ts';
import type { Log } from '../../common/log.ts';
import { plainLine, plainText } from '../../common/plain-text.ts';
import { readTuning } from '../../common/tuning.ts';
import { EngineClient } from '../../specialist/engine/client.ts';
import { JobClient, type JobOptions } from '../client.ts';
import { memoryOption, repository, type Values } from './command-line.ts';
import { GRACE_MS, type Terminal } from './terminal.ts';

function planLines(plan: string): string {
  const lines = [
    'What adapting to this folder takes',
    `  ${plan}`,
    '  Ctrl-C stops it and keeps what was done; the same command resumes it. --minutes N sets the limit.',
  ];
  return `${wrap(lines.join('\n'))}\n\n`;
}

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

  /** @param askForTime absent: a run whose time limit is too short trains nothing @param log for this run */
  async run(
    more: Partial<AdaptRequest>,
    { askForTime, log = this.terminal.log }: { readonly askForTime?: AskForTime; readonly log?: Log } = {},
  ): Promise<Result<AdaptOutcome>> {
    const { bar, stop } = this.terminal;
    const jobs = new JobClient({ ...this.jobOptions, log });
    this.jobs.push(jobs);
    return jobs.run(
      { ...this.request, ...more },
      stop.signal,
      (update) => {
        if (stop.signal.aborted) return;
        if (update.lines !== undefined) bar.interrupt(`${wrap(plainText(update.lines))}\n`);
        const { say, isPlan } = update;
        if (say !== undefined) bar.interrupt(isPlan ? planLines(plainLine(say)) : `${wrap(plainLine(say))}\n`);
        bar.update(update);
      },
      { confirm: (estimate) => this.terminal.confirm(estimate), ...(askForTime && { askForTime }) },
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
