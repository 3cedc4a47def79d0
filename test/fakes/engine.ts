// A fake of the neural engine: answers each kind of request by a script, and records the requests.
import { failed, ok, type Result } from '../../src/common/errors.ts';
import type { Engine, RequestKind, RequestOptions, Requests } from '../../src/specialist/engine/engine-protocol.ts';
import { unlessAborted } from './signal.ts';

type Answer<K extends RequestKind> = Result<Requests[K]['result']>;
export interface ScriptOptions<K extends RequestKind> {
  readonly signal: AbortSignal;
  readonly onProgress: (value: Requests[K]['progress']) => void;
}
export type EngineScript = {
  [K in RequestKind]?: (
    request: Requests[K]['request'],
    options: ScriptOptions<K>,
    call: number,
  ) => Answer<K> | Promise<Answer<K>>;
};

const never = new AbortController().signal;

export class ScriptedEngine implements Engine {
  /** In order. */
  readonly asked: { readonly kind: RequestKind; readonly request: unknown }[] = [];
  cancelled = 0;
  script: EngineScript;
  private readonly hearsCancellation: boolean;

  /**
   * A kind of request that is not in the script succeeds with an empty result.
   * @param hearsCancellation false: an aborted request waits for the script's answer
   */
  constructor(script: EngineScript = {}, hearsCancellation = true) {
    this.script = script;
    this.hearsCancellation = hearsCancellation;
  }

  of<K extends RequestKind>(kind: K): Requests[K]['request'][] {
    return this.asked.filter((asked) => asked.kind === kind).map(({ request }) => request as Requests[K]['request']);
  }

  count(kind: RequestKind): number {
    return this.of(kind).length;
  }

  async request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    { signal, onProgress = () => {} }: RequestOptions<K> = {},
  ): Promise<Answer<K>> {
    const call = this.count(kind);
    this.asked.push({ kind, request });
    const options = { signal: signal ?? never, onProgress };
    const reply = this.script[kind]?.(request, options, call) ?? (ok({}) as Answer<K>);
    if (!signal || !this.hearsCancellation) return reply;
    return unlessAborted(reply, signal, () => this.cancelled++).catch(() => failed('cancelled', 'Cancelled.'));
  }
}
