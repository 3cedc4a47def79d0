// A typist at work: how often the neural model has had its say in what is shown while typing, and how long a show takes. The whole
// way of a key, through the real service, the n-gram worker and the engine's process, in real time.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { systemClock } from '../../src/common/clock.ts';
import type { Result } from '../../src/common/errors.ts';
import { unwrap } from '../../src/common/errors.ts';
import { quantile } from '../../src/common/quality.ts';
import { threadCount } from '../../src/common/threads.ts';
import type { Engine, RequestOptions } from '../../src/engine/client.ts';
import { type Foreseen, NEW_PLACE_TOKENS, type RequestKind, type Requests } from '../../src/engine/protocol.ts';
import { NgramClient } from '../../src/ngram/client.ts';
import { NgramModel } from '../../src/ngram/model.ts';
import { Desk } from '../common/desk.ts';
import type { Tally } from '../common/editor.ts';
import { withEngines } from '../common/engines.ts';
import { type Recording, readRecordings } from '../common/recordings.ts';
import { type Visit, visitsTo } from '../common/typist.ts';
import type { Figures } from '../figures.ts';
import { replay } from './replay.ts';
import type { Base, BaseContext, Show } from './types.ts';

const source = join(root, 'src');
/** Places of each package that the typist goes to: half a minute each. */
const VISITS = 1;
const SEED = 1;

/** As the product does it. */
export const shows = (context: BaseContext, show: Show) => typed(context, show, true);

/** The same keys, with nothing begun before it is asked for. */
export const showsAsked = (context: BaseContext, show: Show) => typed(context, show, false);

async function typed({ bases, recordings, places }: BaseContext, show: Show, ahead: boolean): Promise<void> {
  const packages = readRecordings(recordings);
  for (const base of bases) {
    await withEngines(async ([client]) => {
      const engine = new Counted(client as Engine);
      const { model, tokenizerPath: tokenizer } = base;
      // It stays loaded from one package to the next.
      unwrap(await engine.request('open', { ...serving, model, tokenizer, key: 'all', name: 'base', over: [] }));
      const tallies: Tally[] = [];
      for (const recording of packages) {
        const visits = visitsTo(recording.named, places ?? VISITS, SEED);
        tallies.push(await typeIn(recording, visits, engine, base, ahead));
      }
      show([base.name, 'shown'], figuresOf(tallies));
      show([base.name, 'drafts of the engine'], engine.figures());
    }, 1);
  }
}

const serving = { precision: 'int4', threads: threadCount('auto') } as const;

async function typeIn(
  { package: key, others }: Recording,
  visits: readonly Visit[],
  engine: Engine,
  { model, tokenizer, tokenizerPath }: Base,
  ahead: boolean,
): Promise<Tally> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-shows-'));
  const snapshot = join(scratch, 'others.ngram');
  writeFileSync(snapshot, NgramModel.build(others, tokenizer).serialize());
  const ngram = new NgramClient({ script: join(source, 'ngram/worker.ts'), tokenizerPath });
  const desk = new Desk({ clock: systemClock, ngram, key, ahead });
  try {
    unwrap(await ngram.load(snapshot));
    await desk.specialist.open(engine, { ...serving, model, name: 'base', tokenizer: tokenizerPath });
    if (desk.specialist.state.kind !== 'ready') throw new Error('The engine does not open the model.');
    for (const visit of visits) await replay(desk.editor, systemClock, visit);
    return desk.editor.tally;
  } finally {
    desk.dispose();
    ngram.dispose();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function figuresOf(tallies: readonly Tally[]): Figures {
  const shown = tallies.flatMap((tally) => tally.shown);
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const mixed = shown.filter(({ completion }) => completion.model.includes('+'));
  const waited = shown.map(({ waitedMs }) => waitedMs);
  const keys = sum((tally) => tally.keys);
  return {
    keys,
    'with-text': sum((tally) => tally.keysWithText) / keys,
    shows: shown.length,
    'with-neural': mixed.length / Math.max(1, shown.length),
    'p50-ms': quantile(waited, 0.5),
    'p95-ms': quantile(waited, 0.95),
    'seen-p50-ms': quantile(
      shown.map(({ seenMs }) => seenMs),
      0.5,
    ),
    taken: shown.filter(({ taken }) => taken).length,
    replaced: sum((tally) => tally.replaced),
  };
}

/** Passes everything on, and counts what becomes of it. */
class Counted implements Engine {
  private readonly inner: Engine;
  private readonly waits: number[] = [];
  private asked = 0;
  private newPlaces = 0;
  private cancelled = 0;

  constructor(inner: Engine) {
    this.inner = inner;
  }

  async request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    options?: RequestOptions<K>,
  ): Promise<Result<Requests[K]['result']>> {
    const began = performance.now();
    if (kind !== 'draft') return this.inner.request(kind, request, options);
    this.asked++;
    const onProgress = (value: Requests[K]['progress']) => {
      if ((value as Foreseen).promptTokens >= NEW_PLACE_TOKENS) this.newPlaces++;
      options?.onProgress?.(value);
    };
    const result = await this.inner.request(kind, request, { ...options, onProgress });
    if (result.ok) this.waits.push(performance.now() - began);
    else this.cancelled++;
    return result;
  }

  figures(): Figures {
    return {
      asked: this.asked,
      'given-up': this.cancelled,
      'new-places': this.newPlaces,
      'p50-ms': quantile(this.waits, 0.5),
      'p95-ms': quantile(this.waits, 0.95),
    };
  }
}
