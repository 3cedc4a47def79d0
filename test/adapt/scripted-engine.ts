// The fake engine as runs need it. A script decides how often each model is right, and which requests fail.
import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Draft } from '../../src/common/completion.ts';
import { failed, ok, type Result } from '../../src/common/errors.ts';
import { makeFolder } from '../../src/common/files.ts';
import { ADAPTER, ADAPTER_CONFIG } from '../../src/neural/models/manifest.ts';
import { writeAdaptedManifest } from '../../src/neural/training/adapt-base.ts';
import type { RequestKind, RequestOptions, Requests } from '../../src/specialist/engine/engine-protocol.ts';
import { ScriptedEngine, type ScriptOptions } from '../fakes/engine.ts';

export interface Script {
  /** Share of the positions at which a model drafts the right text. */
  readonly right: Readonly<Record<'base' | 'adapted', number>>;
  /** The true text at a position. */
  readonly truth: (query: Requests['draft']['request']['query']) => string;
  /** Returns a failure that replaces the answer, or undefined. */
  readonly fail?: (kind: RequestKind, engine: RunEngine) => Result<never> | undefined;
  /** Losses before and after training; a function gets the folder of the trained model. */
  readonly losses?: readonly [number, number] | ((out: string) => readonly [number, number]);
  /** Speed of training, tokens per second; absent: 3300. */
  readonly pace?: (base: string) => number;
  /** Time of a draft, ms; absent: 1. */
  readonly latencyMs?: number;
  /** Loss of both models together at a position, nats per token; absent: no position has a loss. */
  readonly loss?: Readonly<Record<'base' | 'adapted', number>>;
  /** Quality of a model by its folder, for two models with the name 'adapted'. */
  readonly of?: (model: string) => { readonly right: number; readonly loss: number };
}

export class RunEngine extends ScriptedEngine {
  /** Bases of the finished trainings. Others only timed a step. */
  readonly trained: string[] = [];
  readonly open = new Map<string, Requests['open']['request']>();
  private readonly run: Script;
  private drafts = 0;

  constructor(run: Script) {
    super();
    this.run = run;
    this.script = {
      open: (source) => {
        if (!existsSync(source.snapshot as string)) return failed('unreadable', 'no snapshot');
        this.open.set(source.key, source);
        this.drafts = 0;
        return ok({ files: 1, tokens: 1, loadMs: 1 } as const);
      },
      time: () => ok({ lineMs: run.latencyMs ?? 1, promptMs: 0 }),
      close: ({ key }) => {
        this.open.delete(key);
        return ok({});
      },
      fit: ({ queries }) =>
        ok({
          weights: { version: 1, gate: [1], ranking: [1] },
          tokens: 10,
          queries: queries.length,
          loss: { ngram: 2, neural: 2, mixed: 1 },
        }),
      draft: ({ key, query }) => {
        const source = this.open.get(key);
        return source ? ok(this.draft(source, query)) : failed('bad-request', 'not open');
      },
      lossAt: ({ key }) => {
        const source = this.open.get(key);
        if (!source) return failed('bad-request', 'not open');
        const nats = run.of?.(source.model).loss ?? run.loss?.[source.name as 'base' | 'adapted'];
        return ok(nats === undefined ? { tokens: 0, nats: 0 } : { tokens: 2, nats: 2 * nats });
      },
      adapt: (asked, options) => this.adapt(asked, options),
    };
  }

  override async request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    options: RequestOptions<K> = {},
  ): Promise<Result<Requests[K]['result']>> {
    await new Promise((resolve) => setImmediate(resolve));
    const failure = this.run.fail?.(kind, this);
    if (!failure && !options.signal?.aborted) return super.request(kind, request, options);
    this.asked.push({ kind, request });
    return failure ?? failed('cancelled', 'Cancelled.');
  }

  private draft({ name, model }: Requests['open']['request'], query: Requests['draft']['request']['query']): Draft {
    // Right drafts are spread evenly, so that the share also holds for a few positions.
    const share = this.run.of?.(model as string).right ?? this.run.right[name as 'base' | 'adapted'];
    const right = (37 * this.drafts++) % 100 < 100 * share;
    const text = right ? this.run.truth(query) : 'something else';
    const token = {
      text,
      probability: 0.5,
      margin: 0.2,
      entropy: 1,
      matchLength: 2,
      count: 1,
      tier: 'project',
    } as const;
    return {
      text,
      tokens: [token],
      model: `${name} + n-gram`,
      complete: true,
      latencyMs: this.run.latencyMs ?? 1,
      confidence: right ? 0.9 : 0.1,
    };
  }

  private adapt(
    { base, out, tokenizer, pauseAfter, examples, epochs, length, microBatches }: Requests['adapt']['request'],
    { onProgress, signal }: ScriptOptions<'adapt'>,
  ): Result<Requests['adapt']['result']> {
    const device = { device: 'cpu', reason: 'no usable GPU' } as const;
    const { losses = [3, 2] } = this.run;
    const [first, best] = typeof losses === 'function' ? losses(out) : losses;
    onProgress({ kind: 'device', ...device });
    const step = { learningRate: 1, loss: 2.5, norm: 1, memory: 456e6 };
    const tokensPerSecond = this.run.pace?.(base) ?? 3300;
    const tokens = examples.reduce((sum, { ids }) => sum + ids.length, 0);
    const totalSteps = Math.max(3, Math.ceil((epochs * tokens) / (length * microBatches)));
    for (let done = 1; done <= 3; done++) {
      const secondsLeft = ((totalSteps - done) * length * microBatches) / tokensPerSecond;
      onProgress({ kind: 'step', step: done, totalSteps, ...step, tokensPerSecond, secondsLeft });
      if (signal.aborted) return failed('cancelled', 'Cancelled.');
    }
    if (pauseAfter !== undefined) return failed('cancelled', 'Paused.');
    this.trained.push(base);
    makeFolder(out);
    writeFileSync(join(out, ADAPTER_CONFIG), '{}');
    // Makes the bytes of each adapter unique.
    writeFileSync(join(out, ADAPTER), randomUUID());
    writeFileSync(join(out, 'adapted-by'), 'the script');
    writeAdaptedManifest(out, { base, tokenizer });
    const before = { step: 0, loss: first };
    const after = { step: best < first ? 2 : 0, loss: Math.min(first, best) };
    const judged = { first: before, best: after, all: [before, after] };
    const otherFigures = { steps: 2, seconds: 1, tokens: 4096, stopped: 'finished', parameters: 1000 } as const;
    return ok({ device, validation: judged, ...otherFigures });
  }
}
