// The panel's offer of a code model: until the user takes or declines it, where this machine could serve the smallest
// model of the catalog well. 'Get a Code Model' measures it before it serves.
import { totalmem } from 'node:os';
import { Part } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { JobClient } from '../../jobs/job-client.ts';
import { type CatalogModel, catalog, servingBytes } from '../../neural/models/catalog.ts';
import { LINE_LIMIT_MS } from '../../specialist/engine/choice.ts';
import { llamaThreadCount } from '../../specialist/engine/timings.ts';
import type { Memory } from '../api/permissions.ts';
import { t } from '../editor/ui-text.ts';
import type { PanelNotice } from '../webview/protocol.ts';
import { durationText } from './base-status.ts';
import { megabytesText } from './model-list.ts';

export interface OfferDeps {
  readonly memory: Memory;
  readonly jobs: Pick<JobClient, 'job'>;
  readonly log: Log;
  /** The time of a line of the largest shipped base, ms; undefined: not measured, or the user has chosen a base. */
  readonly lineMs: () => number | undefined;
  /** Physical ones. */
  readonly cores: number;
  readonly onChange: () => void;
}

const DECLINED = 'codeModelDeclined';
const GPU_BYTES = 'gpuBytes';
const CORES = 8;
/** Machines of 16 GB report a little less, bytes. */
const MEMORY = 15e9;
/** The time of a line over that of medium, one thread each: 1,905 and 72 ms (docs/benchmarks.md). */
const LINE_RATIO = 1905 / 72;
/** More threads wait for the memory. */
const MOST_THREADS = 6;
/** Bytes a second of a card's own memory: few cards have less. */
const GPU_BANDWIDTH = 1e11;
/** Passes of a typical line, each of which reads all weights; reading takes about half of a pass. */
const GPU_READS = 2 * 7;

/**
 * The computed time of a line where the model could be served well, ms. It is not measured.
 * @param gpuBytes a card's own memory; 0: none
 * @param lineMs of medium on this machine
 * @param memory of the machine, bytes
 */
export function waitOf(bytes: number, cores: number, gpuBytes: number, lineMs: number, memory = totalmem()) {
  if (gpuBytes >= 2 * servingBytes(bytes)) return (1000 * GPU_READS * bytes) / GPU_BANDWIDTH;
  const wait = (LINE_RATIO * lineMs) / Math.min(MOST_THREADS, llamaThreadCount('auto', cores));
  return cores >= CORES && memory >= MEMORY && wait <= LINE_LIMIT_MS ? wait : undefined;
}

export class CodeModelOffer extends Part<OfferDeps> {
  private search: Promise<void> | undefined;

  /** Undefined: nothing is offered. */
  get notice(): PanelNotice | undefined {
    const { memory, cores } = this.deps;
    const lineMs = this.lineMs();
    const [model] = catalog as readonly [CatalogModel, ...CatalogModel[]];
    const wait = lineMs && waitOf(model.bytes, cores, memory.get<number>(GPU_BYTES) ?? 0, lineMs);
    if (wait === undefined) return undefined;
    return {
      kind: 'info',
      text: t(
        'This machine could serve {0} ({1} to download), about {2} a line as computed. Of 100 lines in our benchmark it has 49 right, the shipped medium model 36.',
        model.name,
        megabytesText(model.bytes),
        durationText(wait),
      ),
      action: { label: t('Get a Code Model'), command: 'getCodeModel' },
      decline: { label: t('Don’t Show Again'), command: 'declineCodeModel' },
    };
  }

  /** The user has declined the offer, or looks at the models. */
  async close(): Promise<void> {
    await this.deps.memory.update(DECLINED, true);
    this.deps.onChange();
  }

  /** Looks for a GPU, once on a machine: it takes a second in a process of its own. To be called again and again. */
  check(): void {
    if (this.lineMs() !== undefined && this.deps.memory.get(GPU_BYTES) === undefined) this.search ??= this.findGpu();
  }

  /** Of medium; undefined: nothing is to be offered. */
  private lineMs(): number | undefined {
    const { memory, lineMs } = this.deps;
    return memory.get<boolean>(DECLINED) ? undefined : lineMs();
  }

  private async findGpu(): Promise<void> {
    const { jobs, memory, log, onChange } = this.deps;
    const found = await jobs.job('gpuMemory', {}, new AbortController().signal);
    if (!found.ok) log.info(`No GPU was found for code models: ${found.error.message}`);
    await memory.update(GPU_BYTES, found.ok ? found.value : 0);
    onChange();
  }
}
