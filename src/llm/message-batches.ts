// Message batches, which are cheaper but slower: submits them, polls them, and resumes them after a restart.
import { type Clock, systemClock } from '../common/clock.ts';
import { type Failure, failed, messageOf, ok, type Result } from '../common/errors.ts';
import { pauseAfter } from './backoff.ts';
import type { BatchFile, OpenBatch } from './batch-file.ts';
import type { Budget } from './budget.ts';
import { failureKinds } from './protocol/failure-kinds.ts';
import type { Prompt } from './protocol/prompt.ts';
import type { Piece } from './protocol/wire.ts';

/** A provider's batch API. Each call is guarded and made once, without retries. */
export interface BatchClient {
  submit(
    questions: readonly { readonly id: string; readonly prompt: Prompt }[],
    signal: AbortSignal,
  ): Promise<Result<string>>;
  /** The account's batches that were created at `since` or later, ms since 1970. */
  list(since: number, signal: AbortSignal): Promise<Result<readonly { readonly id: string; readonly total: number }[]>>;
  ended(id: string, signal: AbortSignal): Promise<Result<boolean>>;
  /** The pieces of each answer. Undefined for a request that was neither answered nor paid for. */
  results(
    id: string,
    signal: AbortSignal,
  ): Promise<Result<readonly { readonly id: string; readonly pieces: readonly Piece[] | undefined }[]>>;
}

export interface BatchesOptions {
  readonly client: BatchClient;
  readonly file: BatchFile;
  readonly budget: Budget;
  readonly model: string;
  readonly clock?: Clock;
  /** Maximum cost of a request in a batch, US dollars. */
  readonly ceilingUsd: (prompt: Prompt) => number;
  readonly isKnown: (hash: string) => boolean;
  /** Stores the answer and settles its reservation. An exception ends the fetch. */
  readonly keep: (hash: string, path: string, pieces: readonly Piece[]) => void;
  /** Maximum number of retries after failures that a pause may resolve. */
  readonly maxRetries?: number;
}

/** Duration of reservations, ms. The server keeps results for 29 days. */
export const leaseMs = 29 * 86_400_000;
/** Maximum clock difference between this machine and the server, ms. */
const skewMs = 10 * 60_000;
/** First and longest poll interval, ms. */
const pollMs = { first: 15_000, longest: 5 * 60_000 } as const;
/** Number of retries before polling stops. Submitted batches stay on disk. */
const defaultRetries = 12;
export const reservationOf = (hash: string) => `batch:${hash}`;
type Submitted = Required<OpenBatch>;
const isSubmitted = (batch: OpenBatch): batch is Submitted => batch.id !== undefined;

export class MessageBatches {
  private readonly options: BatchesOptions;
  private readonly clock: Clock;

  constructor(options: BatchesOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
  }

  /**
   * Submits the requests and waits. When it returns ok, all answers that the server gave are stored. Rejects only when
   * cancelled; submitted batches then stay as they are.
   * @param questions prompts by their hashes
   * @param onWait called with the number of pending answers
   */
  fetch(
    questions: ReadonlyMap<string, Prompt>,
    signal: AbortSignal,
    onWait: (open: number) => void = () => {},
  ): Promise<Result<true>> {
    const { file, isKnown } = this.options;
    return this.withFileErrors(signal, async () => {
      const recovered = await this.recover(signal);
      if (!recovered.ok) return recovered;
      const submittedHashes = new Set(file.read().flatMap((batch) => Object.keys(batch.questions)));
      const newQuestions = [...questions].filter(([hash]) => !submittedHashes.has(hash) && !isKnown(hash));
      const submitted = newQuestions.length === 0 ? ok(true as const) : await this.submit(newQuestions, signal);
      // Submitted batches are fetched even if no more may be submitted.
      const fetched = await this.wait(file.read(), signal, onWait);
      return fetched.ok ? submitted : fetched;
    });
  }

  /** Waits for batches. When it returns ok, their answers are stored. Rejects like `fetch`. */
  wait(
    batches: readonly OpenBatch[],
    signal: AbortSignal,
    onWait: (open: number) => void = () => {},
  ): Promise<Result<true>> {
    return this.withFileErrors(signal, async () => {
      for (const batch of batches) {
        if (!isSubmitted(batch)) continue;
        onWait(Object.keys(batch.questions).length);
        const result = await this.waitAndKeep(batch, signal);
        if (!result.ok) return result;
      }
      return ok(true);
    });
  }

  /**
   * Stores the answers of finished batches without waiting. Rejects like `fetch`.
   * @returns the pending batches, without those that the server does not know or cannot report now
   */
  keepFinished(signal: AbortSignal): Promise<Result<readonly OpenBatch[]>> {
    const { client, file } = this.options;
    return this.withFileErrors(signal, async () => {
      const oldest = this.clock.now() - leaseMs;
      const all = file.read();
      const unexpired = all.filter(({ since }) => since > oldest);
      if (unexpired.length < all.length) file.write(unexpired);
      await this.recover(signal);
      const open: OpenBatch[] = [];
      for (const batch of file.read().filter(isSubmitted)) {
        const ended = await client.ended(batch.id, signal);
        const isKept = ended.ok && ended.value && (await this.keepAnswers(batch, signal)).ok;
        if (ended.ok && !isKept) open.push(batch);
      }
      return ok(open);
    });
  }

  private async withFileErrors<T>(signal: AbortSignal, work: () => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      return failed('unwritable', `The list of submitted batches cannot be written: ${messageOf(error)}`);
    }
  }

  /** Finds out whether a batch arrived whose submission was interrupted by a crash or a network failure. */
  private async recover(signal: AbortSignal): Promise<Result<true>> {
    const { client, file, budget } = this.options;
    for (const interrupted of file.read().filter(({ id }) => id === undefined)) {
      const serverBatches = await this.withRetries(() => client.list(interrupted.since - skewMs, signal), signal);
      if (!serverBatches.ok) return serverBatches;
      const otherBatches = file.read().filter((batch) => batch.since !== interrupted.since);
      const knownIds = new Set(otherBatches.map(({ id }) => id));
      const hashes = Object.keys(interrupted.questions);
      const arrivedBatch = serverBatches.value.find(({ id, total }) => total === hashes.length && !knownIds.has(id));
      if (arrivedBatch === undefined) for (const hash of hashes) budget.settle(reservationOf(hash), undefined);
      file.write(
        arrivedBatch === undefined ? otherBatches : [...otherBatches, { ...interrupted, id: arrivedBatch.id }],
      );
    }
    return ok(true);
  }

  private async submit(
    newQuestions: readonly (readonly [string, Prompt])[],
    signal: AbortSignal,
  ): Promise<Result<true>> {
    const { client, file, budget, model, ceilingUsd } = this.options;
    const questions: Record<string, string> = {};
    let stopped: { ok: false; error: Failure } | undefined;
    for (const [hash, prompt] of newQuestions) {
      const reservation = budget.reserve(ceilingUsd(prompt), 'labelling', model, { id: reservationOf(hash), leaseMs });
      if (!reservation.ok) {
        stopped = reservation;
        break;
      }
      questions[hash] = prompt.about;
    }
    const requests = newQuestions
      .filter(([hash]) => Object.hasOwn(questions, hash))
      .map(([id, prompt]) => ({ id, prompt }));
    if (requests.length === 0) return stopped ?? ok(true);
    const earlierBatches = file.read();
    const batch: OpenBatch = { since: this.clock.now(), questions };
    file.write([...earlierBatches, batch]);
    const submitted = await client.submit(requests, signal);
    if (submitted.ok) {
      file.write([...earlierBatches, { ...batch, id: submitted.value }]);
      return stopped ?? ok(true);
    }
    // Unless the server refused the batch, it may have accepted it. `recover` looks for it in the server's list.
    if (!failureKinds[submitted.error.code]?.refused) {
      const recovered = await this.recover(signal);
      const arrived = file.read().some(({ since }) => since === batch.since);
      return !recovered.ok ? recovered : arrived ? (stopped ?? recovered) : submitted;
    }
    for (const hash of Object.keys(questions)) budget.settle(reservationOf(hash), undefined);
    file.write(earlierBatches);
    return submitted;
  }

  /** Waits for a batch and keeps its answers. */
  private async waitAndKeep(batch: Submitted, signal: AbortSignal): Promise<Result<true>> {
    const { client } = this.options;
    for (let wait: number = pollMs.first; ; wait = Math.min(pollMs.longest, wait * 1.5)) {
      const ended = await this.withRetries(() => client.ended(batch.id, signal), signal);
      if (!ended.ok) return ended;
      if (ended.value) break;
      await this.clock.sleep(wait, signal);
    }
    return this.keepAnswers(batch, signal);
  }

  private async keepAnswers({ id, questions }: Submitted, signal: AbortSignal): Promise<Result<true>> {
    const { client, file, budget, isKnown, keep } = this.options;
    const results = await this.withRetries(() => client.results(id, signal), signal);
    if (!results.ok) return results;
    for (const { id: hash, pieces } of results.value) {
      // Skip answers that were stored before a crash, and answers to unknown requests.
      if (!Object.hasOwn(questions, hash) || isKnown(hash)) continue;
      if (pieces === undefined) budget.settle(reservationOf(hash), undefined);
      else keep(hash, questions[hash] as string, pieces);
    }
    file.write(file.read().filter((batch) => batch.id !== id));
    return ok(true);
  }

  /** Retries failures that a pause may resolve. */
  private async withRetries<T>(work: () => Promise<Result<T>>, signal: AbortSignal): Promise<Result<T>> {
    const { maxRetries = defaultRetries } = this.options;
    for (let attempt = 1; ; attempt++) {
      const result = await work();
      const pause = result.ok ? undefined : pauseAfter(result.error, attempt, 1);
      const isFinal = result.ok || attempt > maxRetries || pause === undefined || pause === Number.POSITIVE_INFINITY;
      if (isFinal || result.error.code === 'bad-request') return result;
      await this.clock.sleep(pause, signal);
    }
  }
}
