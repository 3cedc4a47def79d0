// Typed requests between threads or processes: one side serves the rows of a protocol, the other asks. Messages cross
// as structured clones, so typed arrays keep their types.
import { CodedError, type Failure, failed, isCancelled, messageOf, ok, type Result } from './errors.ts';
import type { LogLevel } from './log.ts';

/** One row for each kind of request: its input, its result, and the reports on the way. */
export type Protocol<P> = {
  readonly [K in keyof P]: { readonly request: unknown; readonly result: unknown; readonly progress: unknown };
};
export type Kind<P> = keyof P & string;

/** To the side that serves. Without an id no reply is wanted; 'cancel' has the id of an earlier request. */
export interface Question {
  readonly id?: number;
  readonly kind: string;
  readonly request?: unknown;
}

/** From the side that serves. */
export type Reply =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Result<unknown> }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: unknown }
  /** Sign of life during long work. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string };

/** For a channel on which both sides ask. */
export function isReply(message: Question | Reply): message is Reply {
  return ['answer', 'progress', 'alive', 'log'].includes(message.kind);
}

export interface AskOptions<Progress> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((value: Progress) => void) | undefined;
}

/** Never rejects. */
export type Ask<P extends Protocol<P>> = <K extends Kind<P>>(
  kind: K,
  request: P[K]['request'],
  options?: AskOptions<P[K]['progress']>,
) => Promise<Result<P[K]['result']>>;

export interface Handling<Progress> {
  readonly signal: AbortSignal;
  readonly progress: (value: Progress) => void;
}

/** Each answers a request, or throws; `failureOf` says with what. */
export type Handlers<P extends Protocol<P>> = {
  readonly [K in Kind<P>]: (
    request: P[K]['request'],
    serving: Handling<P[K]['progress']>,
  ) => P[K]['result'] | Promise<P[K]['result']>;
};

export function failureOf(error: unknown): Failure {
  if (error instanceof CodedError) return { code: error.code, message: error.message };
  if (isCancelled(error)) return { code: 'cancelled', message: 'Cancelled.' };
  return { code: 'crashed', message: messageOf(error) };
}

const never = new AbortController().signal;

/** Asks handlers of this process. */
export function askHere<P extends Protocol<P>>(handlers: Handlers<P>): Ask<P> {
  return async (kind, request, { signal = never, onProgress = () => {} } = {}) => {
    try {
      return ok(await handlers[kind](request, { signal, progress: onProgress }));
    } catch (error) {
      return { ok: false, error: failureOf(error) };
    }
  };
}

/** The side that serves. */
export interface Served {
  receive(question: Question): void;
  /** Cancels everything and refuses what comes. Resolves when all is answered. */
  stop(): Promise<void>;
}

export function serve<P extends Protocol<P>>(handlers: Handlers<P>, send: (reply: Reply) => void): Served {
  const ask = askHere(handlers);
  const running = new Map<number, AbortController>();
  let isStopping = false;
  return {
    receive({ id = -1, kind, request }) {
      if (kind === 'cancel') return running.get(id)?.abort();
      const reply = (answer: Result<unknown>) => {
        running.delete(id);
        if (id >= 0) send({ kind: 'answer', id, answer });
        else if (!answer.ok)
          send({ kind: 'log', level: 'error', message: `'${kind}' failed: ${answer.error.message}` });
      };
      if (isStopping) return reply(failed('cancelled', 'Cancelled.'));
      if (!Object.hasOwn(handlers, kind)) return reply(failed('bad-request', `There is no request '${kind}'.`));
      const controller = new AbortController();
      if (id >= 0) running.set(id, controller);
      const onProgress = (progress: unknown) => send({ kind: 'progress', id, progress });
      void ask(kind as Kind<P>, request, { signal: controller.signal, onProgress }).then(reply);
    },
    async stop() {
      isStopping = true;
      for (const controller of running.values()) controller.abort();
      while (running.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

/** The side that asks, without supervision: the other side outlives this one. */
export function asking<P extends Protocol<P>>(
  post: (question: Question) => void,
): { readonly ask: Ask<P>; receive(reply: Reply): void } {
  interface Open {
    readonly onProgress: ((value: never) => void) | undefined;
    readonly settle: (answer: Result<never>) => void;
  }
  const open = new Map<number, Open>();
  let next = 0;
  return {
    ask: (kind, request, { signal, onProgress } = {}) =>
      new Promise((resolve) => {
        const id = next++;
        const cancel = () => {
          post({ id, kind: 'cancel' });
          settle(failed('cancelled', 'Cancelled.'));
        };
        const settle = (answer: Result<never>) => {
          signal?.removeEventListener('abort', cancel);
          open.delete(id);
          resolve(answer);
        };
        if (signal?.aborted) return resolve(failed('cancelled', 'Cancelled.'));
        signal?.addEventListener('abort', cancel, { once: true });
        open.set(id, { onProgress, settle });
        post({ id, kind, request });
      }),
    receive(reply) {
      const call = 'id' in reply ? open.get(reply.id) : undefined;
      if (reply.kind === 'progress') call?.onProgress?.(reply.progress as never);
      else if (reply.kind === 'answer') call?.settle(reply.answer as Result<never>);
    },
  };
}
