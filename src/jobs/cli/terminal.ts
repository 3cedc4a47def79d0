// The terminal of one command, its progress bar, log, questions and signals, and the command's processes: jobs and the
// drafting engine.

import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { cancelledFailure } from '../../adapt/cancellation.ts';
import type {
  AdaptOutcome,
  AdaptRequest,
  ApiEstimate,
  PlanAnswer,
  PlanOffer,
} from '../../adapt/request/adapt-request.ts';
import { ProgressBar } from '../../common/bar.ts';
import { type Failure, messageOf, type Result } from '../../common/errors.ts';
import { counted, wrap } from '../../common/format.ts';
import { type Log, silentLog } from '../../common/log.ts';
import { memoryCeiling } from '../../common/memory.ts';
import { plainJson, plainLine, plainText } from '../../common/plain-text.ts';
import { Stop } from '../../common/stop.ts';
import { readTuning } from '../../common/tuning.ts';
import { providerOf } from '../../llm/providers/providers.ts';
import { EngineClient } from '../../specialist/engine/engine-client.ts';
import { JobClient } from '../job-client.ts';
import { repository, type Values } from './command-line.ts';

export class Runs {
  /** Undefined: n-grams alone. */
  readonly engine: EngineClient | undefined;
  private readonly jobs: JobClient;
  private readonly request: AdaptRequest;
  private readonly terminal: Terminal;

  constructor(request: AdaptRequest, terminal: Terminal) {
    this.request = request;
    this.terminal = terminal;
    const { log } = terminal;
    const script = join(repository, 'src', 'specialist', 'engine', 'main.ts');
    this.engine = request.neural && new EngineClient({ script, log });
    const job = join(repository, 'src', 'jobs', 'main.ts');
    const engine = () => ({ memoryCeiling: memoryCeiling(0), niceness: readTuning(process.env).trainingNiceness });
    this.jobs = new JobClient({ script: job, engine, who: 'npm start', log });
  }

  async run(more: Partial<AdaptRequest>): Promise<Result<AdaptOutcome>> {
    const { bar, stop } = this.terminal;
    return this.jobs.run(
      { ...this.request, ...more },
      stop.signal,
      (update) => {
        if (stop.signal.aborted) return;
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
    await Promise.all([this.engine, this.jobs].map((each) => each?.end(GRACE_MS)));
    return code ?? this.terminal.fail(cancelledFailure(this.request.specialistFolder).error);
  }
}

/**
 * Time to reach a checkpoint after Ctrl-C on a busy machine, and for processes to end, ms. A second Ctrl-C ends it at
 * once.
 */
const STOP_MS = 4000;
export const GRACE_MS = 200;

const TEXTS = { sample: 'random texts to learn from', rest: 'texts in doubt', states: '' } as const;

export class Terminal {
  readonly stop: Stop;
  readonly bar = new ProgressBar(process.stderr);
  readonly log: Log;
  private readonly values: Values;

  constructor(values: Values, stop: Stop) {
    this.values = values;
    this.stop = stop;
    this.log = this.stderrLog();
  }

  static stop(): Stop {
    return new Stop(STOP_MS).listen();
  }

  print(value: unknown, text: string): void {
    process.stdout.write(`${this.values.json ? plainJson(value, 2) : wrap(plainText(text))}\n`);
  }

  /** Waits for a slow reader. */
  async writeLine(value: unknown): Promise<void> {
    if (!process.stdout.write(`${plainJson(value)}\n`)) await once(process.stdout, 'drain');
  }

  /** Exits when the reader has closed the pipe, as `| head` does. */
  endWithReader(): void {
    process.stdout.once('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  }

  /** The exit code. */
  fail(error: Failure): number {
    this.bar.clear();
    process.stderr.write(`${wrap(plainText(error.message))}\n`);
    return 1;
  }

  /** Yes by `--yes` or by a question. Without a terminal the API is not used, and the report says so. */
  async confirm(estimate: ApiEstimate): Promise<boolean> {
    const { bar, stop, values } = this;
    bar.clear();
    if (estimate.texts === 'states') {
      const minutes = ((estimate.seconds ?? 0) / 60).toFixed(1);
      process.stderr.write(
        `The base reads ${estimate.positions} texts, here in about ${minutes} minutes, so that fewer texts stay in doubt.\n`,
      );
      return true;
    }
    const things = estimate.texts === undefined ? 'positions' : TEXTS[estimate.texts];
    const minutes = estimate.seconds === undefined ? undefined : Math.round(estimate.seconds / 60);
    const time =
      minutes === undefined
        ? estimate.usd === 0 && ' How long shows after the first answers: for 300 texts it may be an hour.'
        : minutes > 0 && ` It takes about ${counted(minutes, 'minute')}.`;
    const saves = estimate.isAll ? ' These are all texts of the task, so no call is saved.' : '';
    const what = `Asking ${estimate.model} at ${estimate.host} about ${estimate.positions} ${things} ${estimate.usd === 0 ? 'costs nothing' : `will cost about $${estimate.usd.toFixed(3)}`}.${time || ''}${saves}`;
    const sends = `It sends ${estimate.texts === undefined ? 'the text around these positions and similar snippets of this folder' : 'these texts, similar labelled ones, and how likely the local model finds each label for them'}, secrets redacted.`;
    const ignored = `The texts are of ${plainText(estimate.ignoredByGit ?? '')}, which git ignores.\n`;
    const { label, terms } = providerOf(values.provider);
    const source = `${terms.page}, ${terms.training === 'not known' ? 'looked for' : 'read'} ${terms.readOn}`;
    const training =
      terms.training === 'by model'
        ? 'the licence of the model that it serves says whether its answers may be trained on'
        : `${terms.restriction ?? `training on its answers is ${terms.training}`} (${source})`;
    process.stderr.write(
      `${what}\n${sends}\n${estimate.ignoredByGit === undefined ? '' : ignored}${label}: ${training}\n`,
    );
    // `adapt` has already reduced the positions to the limit.
    const limit = values['run-budget'];
    if (estimate.texts !== undefined && estimate.usd > limit)
      process.stderr.write(`The run stops at a cost of $${limit} (--run-budget), and the next run resumes there.\n`);
    if (values.yes) return true;
    if (!process.stdin.isTTY) {
      process.stderr.write(
        'This is no terminal, so the API is not used: pass --yes to use it, or --local to omit this note.\n',
      );
      return false;
    }
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    // Readline handles Ctrl-C while it asks.
    terminal.on('SIGINT', () => stop.request('SIGINT'));
    const reply = await terminal.question('Continue? [y/N] ', { signal: stop.signal }).finally(() => terminal.close());
    return /^y(es)?$/i.test(reply.trim());
  }

  /**
   * Prints the plan of a run before it begins, and asks only for its price.
   * @param trains the option `--train`; undefined: auto
   */
  async askPlan({ choice, words, why, choices, api }: PlanOffer, trains: boolean | undefined): Promise<PlanAnswer> {
    const other = choices.find((each) => each.trains !== choice.trains);
    const option = other?.trains
      ? `With training (--train always --minutes ${other.minutes})`
      : 'Without (--train never)';
    const stops = trains === true && !choice.trains;
    const lines = [
      'What adapting to this folder takes',
      ...(stops ? [] : [words]),
      ...[why, other && `${option}: ${other.words}`].filter((each) => each !== undefined),
      ...(stops ? [] : ['Ctrl-C stops it and keeps what was done; the same command resumes it.']),
    ];
    this.bar.interrupt(`${wrap(plainText(lines.join('\n  ')))}\n\n`);
    if (stops) return { kind: 'stop' };
    return { kind: 'start', api: api !== undefined && (await this.confirm(api)) };
  }

  private stderrLog(): Log {
    const { bar, stop, values } = this;
    // After Ctrl-C only the last line is printed.
    const say = (message: string) => stop.signal.aborted || bar.interrupt(`${plainText(message)}\n`);
    return {
      ...silentLog,
      ...(values.verbose && { debug: say, info: say }),
      warn: say,
      error: (message, error) => say(error === undefined ? message : `${message}: ${messageOf(error)}`),
    };
  }
}
