// The panel's card of the first days: which local model serves on this machine, and what could be better for it. It is
// shown until the user declines it, or has chosen a base model, a key or a server. A code model is offered where this
// machine could serve the smallest one of the catalog well; 'Get a Code Model' measures it before it serves.
import { totalmem } from 'node:os';
import { Part } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { JobClient } from '../../jobs/job-client.ts';
import type { Timing } from '../../neural/inference/timing.ts';
import { type CatalogModel, catalog, servingBytes } from '../../neural/models/catalog.ts';
import { type BaseChoice, LINE_LIMIT_MS } from '../../specialist/engine/choice.ts';
import { llamaThreadCount } from '../../specialist/engine/timings.ts';
import type { ApiState } from '../api/api.ts';
import type { ConsentQuestion } from '../api/consent.ts';
import { hourPriceText } from '../api/hourly-cost.ts';
import type { Memory } from '../api/permissions.ts';
import { t, type UiText } from '../editor/ui-text.ts';
import type { PanelNotice } from '../webview/protocol.ts';
import { durationText } from './base-status.ts';
import { megabytesText } from './model-list.ts';

export interface MachineCardDeps {
  readonly memory: Memory;
  readonly jobs: Pick<JobClient, 'job'>;
  readonly log: Log;
  /** The time of a line of the largest shipped base, ms; undefined: not measured, or the user has chosen a base. */
  readonly lineMs: () => number | undefined;
  /** The base that was selected automatically; undefined: none yet, or the user has chosen. */
  readonly choice: () => BaseChoice | undefined;
  /** Physical ones. */
  readonly cores: number;
  readonly onChange: () => void;
}

type LargeModel = Pick<ConsentQuestion, 'model' | 'costs'>;

const DECLINED = 'machineCardDeclined';
const GPU_BYTES = 'gpuBytes';
const CORES = 8;
/** Lines right of 100, with the n-grams (docs/benchmarks.md, 'Your own base model'). */
export const rightOf100 = { codeModel: 49, medium: 36 };
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

export class MachineCard extends Part<MachineCardDeps> {
  private search: Promise<void> | undefined;

  /** @param large the large model in the settings */
  notice(state: ApiState, large: LargeModel): PanelNotice | undefined {
    const choice = this.deps.choice();
    // Any other state says that a key or a server was chosen, or that nothing may be sent.
    if (state !== 'no-key' || choice === undefined || this.isDeclined) return undefined;
    const offer = this.offerText();
    const chooseLarge = { label: t('Choose the Large Model'), command: 'chooseModel' } as const;
    const getCode = { label: t('Get a Code Model'), command: 'getCodeModel' } as const;
    return {
      kind: 'info',
      text: [servesText(choice), offer ?? t('Nothing needs to be done.'), largeModelText(large)].join('\n'),
      ...(offer === undefined ? { action: chooseLarge } : { action: getCode, other: chooseLarge }),
      decline: { label: t('Don’t Show Again'), command: 'declineMachineCard' },
    };
  }

  async decline(): Promise<void> {
    await this.deps.memory.update(DECLINED, true);
    this.deps.onChange();
  }

  /** Looks for a GPU, once on a machine: it takes a second in a process of its own. To be called again and again. */
  check(): void {
    if (this.lineMs() !== undefined && this.deps.memory.get(GPU_BYTES) === undefined) this.search ??= this.findGpu();
  }

  private get isDeclined(): boolean {
    return this.deps.memory.get<boolean>(DECLINED) === true;
  }

  /** Of medium; undefined: nothing is to be offered. */
  private lineMs(): number | undefined {
    return this.isDeclined ? undefined : this.deps.lineMs();
  }

  /** Undefined: this machine could not serve a code model well, or that is not known yet. */
  private offerText(): UiText | undefined {
    const { memory, cores } = this.deps;
    const lineMs = this.lineMs();
    const [model] = catalog as readonly [CatalogModel, ...CatalogModel[]];
    const wait = lineMs && waitOf(model.bytes, cores, memory.get<number>(GPU_BYTES) ?? 0, lineMs);
    if (wait === undefined) return undefined;
    return t(
      'A code model could be better: {0} ({1} to download), about {2} a line as computed. In our benchmark it has {3} of 100 lines right, medium {4}.',
      model.name,
      megabytesText(model.bytes),
      durationText(wait),
      rightOf100.codeModel,
      rightOf100.medium,
    );
  }

  private async findGpu(): Promise<void> {
    const { jobs, memory, log, onChange } = this.deps;
    const found = await jobs.job('gpuMemory', {}, new AbortController().signal);
    if (!found.ok) log.info(`No GPU was found for code models: ${found.error.message}`);
    await memory.update(GPU_BYTES, found.ok ? found.value : 0);
    onChange();
  }
}

function servesText({ base, reason }: BaseChoice): UiText {
  if (reason.kind === 'in-time')
    return t(
      'Suggestions come from the {0} model on this machine, {1} a line as measured.',
      base.name,
      lineText(reason.timing),
    );
  if (reason.kind === 'instead' && reason.obstacle.kind === 'slow')
    return t(
      'Suggestions come from the {0} model on this machine; {1} needs {2} a line as measured.',
      base.name,
      reason.of,
      lineText(reason.obstacle.timing),
    );
  return t('Suggestions come from the {0} model in this window.', base.name);
}

const lineText = ({ lineMs }: Timing) => durationText(lineMs);

function largeModelText({ model, costs }: LargeModel): UiText {
  if (costs === undefined || costs.isPriceGuessed)
    return t('A large model helps with harder lines: one with a key, or a free one on your own server.');
  return t(
    'A large model helps with harder lines: {0} with a key, about {1} an hour of typing as estimated, or a free one on your own server.',
    model,
    hourPriceText(costs.usdAnHour),
  );
}
