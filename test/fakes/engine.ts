// A fake of the neural engine: answers each kind of request by a script, and records the requests.
import { failed, ok, type Result } from '../../src/common/errors.ts';
import type { Engine, RequestKind, RequestOptions, Requests } from '../../src/specialist/engine/engine-protocol.ts';
import { unlessAborted } from './signal.ts';

type Answer<K extends RequestKind> = Result<Requests[K]['result']>;
export type EngineScript = {
  [K in RequestKind]?: (
    request: Requests[K]['request'],
    progress: (value: Requests[K]['progress']) => void,
    call: number,
  ) => Answer<K> | Promise<Answer<K>>;
};

export interface Asked {
  readonly kind: RequestKind;
  readonly request: unknown;
}

export class ScriptedEngine implements Engine {
  /** In order. */
  readonly asked: Asked[] = [];
  cancelled = 0;
  script: EngineScript;

  /** A kind of request that is not in the script succeeds with an empty result. */
  constructor(script: EngineScript = {}) {
    this.script = script;
  }

  of<K extends RequestKind>(kind: K): Requests[K]['request'][] {
    return this.asked.filter((asked) => asked.kind === kind).map(({ request }) => request as Requests[K]['request']);
  }

  async request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    { signal, onProgress = () => {} }: RequestOptions<K> = {},
  ): Promise<Answer<K>> {
    const call = this.of(kind).length;
    this.asked.push({ kind, request });
    const reply = this.script[kind]?.(request, onProgress, call) ?? (ok({}) as Answer<K>);
    if (!signal) return reply;
    return unlessAborted(reply, signal, () => this.cancelled++).catch(() => failed('cancelled', 'Cancelled.'));
  }
}
