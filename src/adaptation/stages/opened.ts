// A neural model open in the engine with the n-grams. It opens itself again after a restart of the engine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import { unwrap } from '../../common/errors.ts';
import { megabytes } from '../../common/format.ts';
import { positionInDocument } from '../../prompts/completion/completion-position.ts';
import type { CursorExample } from '../../prompts/completion/cursor-examples.ts';
import type { Engine } from '../../specialist/engine/client.ts';
import { MIXTURE_FILE, type QueryLoss, type Requests } from '../../specialist/engine/protocol.ts';
import type { Drafter } from './evaluate.ts';
import type { Tell } from './stage-runner.ts';

export type OpenRequestOf = Requests['open']['request'];
export type MixtureWeightsResult = Requests['fit']['result'];

export interface OpenOptions {
  /** Positions for fitting the mixture if the model has no weights of its own. */
  readonly positions: readonly CursorExample[];
  /** Whether to fit the weights even if the model has some. The fit starts from those. */
  readonly refit: boolean;
  /** Limit for the fit, seconds. Absent: all positions are used. */
  readonly seconds?: number;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

export class EngineDrafter implements Drafter {
  private readonly engine: Engine;
  private readonly source: OpenRequestOf;
  private readonly options: OpenOptions;
  /** The fitted mixture; undefined if the model has its own or there were no positions. */
  fit: MixtureWeightsResult | undefined;

  private constructor(engine: Engine, source: OpenRequestOf, options: OpenOptions) {
    this.engine = engine;
    this.source = source;
    this.options = options;
  }

  /** Throws CodedError with the engine's failure. */
  static async open(engine: Engine, source: OpenRequestOf, options: OpenOptions): Promise<EngineDrafter> {
    const opened = new EngineDrafter(engine, source, options);
    await opened.begin();
    return opened;
  }

  private async begin(): Promise<void> {
    const { engine, source, options } = this;
    const { tell, signal, seconds } = options;
    const onChecked = ({ done }: { done: number }) =>
      tell({
        done: 0,
        total: undefined,
        detail: `checking the base's file, which has changed: ${megabytes(done)} so far`,
      });
    unwrap(await engine.request('open', source, { signal, onProgress: onChecked }));
    const positions = options.positions.filter(({ kind }) => kind !== 'block-body');
    const known = existsSync(join(source.model, MIXTURE_FILE));
    if (positions.length === 0 || (known && !(options.refit && this.fit === undefined))) return;
    const asked = {
      key: source.key,
      queries: positions.map((example) => ({ query: positionInDocument(example).query, truth: example.truth })),
      ...(seconds !== undefined && { seconds }),
    };
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      tell({ done: 0, total: undefined, detail: `mixing it with the n-grams, ${done} of ${total}` });
    this.fit = unwrap(await engine.request('fit', asked, { signal, onProgress }));
  }

  complete(query: CompletionQuery, options: DraftOptions): Promise<Draft> {
    return this.ask('draft', { key: this.source.key, query, options });
  }

  lossAt(query: CompletionQuery, truth: string): Promise<QueryLoss> {
    return this.ask('lossAt', { key: this.source.key, labeled: { query, truth } });
  }

  private async ask<K extends 'draft' | 'lossAt'>(
    kind: K,
    request: Requests[K]['request'],
  ): Promise<Requests[K]['result']> {
    const { engine } = this;
    const { signal } = this.options;
    const result = await engine.request(kind, request, { signal });
    if (result.ok || result.error.code !== 'bad-request') return unwrap(result);
    // A restarted engine has no model open.
    await this.begin();
    return unwrap(await engine.request(kind, request, { signal }));
  }
}
