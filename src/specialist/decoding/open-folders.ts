// The folders that are open in the engine: their indexes and drafters, and the neural models, which folders share.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import { CodedError, unwrap } from '../../common/errors.ts';
import { ADAPTER, MANIFEST, WEIGHTS } from '../../neural/models/manifest.ts';
import { draftBySyntax } from '../../text/syntax/parsing.ts';
import { readTokenizer } from '../../text/tokenizer/load.ts';
import type { EditHistory, FileChange } from '../ngram/folder-worker-protocol.ts';
import { LiveModel } from '../ngram/live-model.ts';
import type { LatencyEstimate } from './draft-latency.ts';
import type { JointDrafter } from './joint-drafter.ts';
import type { MixSource } from './mix-source.ts';
import { otherMakersWeights, readMixWeights } from './mix-weights.ts';
import { findServedModel, type ServedModel } from './served-model.ts';

interface OpenFolder {
  readonly source: MixSource;
  /** The key of its model, see `identity`. */
  readonly model: string;
  readonly live: LiveModel;
  readonly drafter: JointDrafter;
}

export interface OpenedSpecialist {
  /** Files and tokens in the n-gram index. */
  readonly files: number;
  readonly tokens: number;
  readonly loadMs: number;
}

export class OpenFolders {
  private readonly open = new Map<string, OpenFolder>();
  private readonly models = new Map<string, ServedModel>();

  /**
   * Throws CodedError if model, tokenizer or snapshot cannot be used; an earlier specialist under the key then stays
   * open, unless it was closed for the memory of the new one.
   * @param onRead called while the file of a GGUF base that has changed is hashed
   */
  async load(source: MixSource, onRead?: (bytes: number) => void): Promise<OpenedSpecialist> {
    const started = performance.now();
    const model = identity(source);
    let served = this.models.get(model);
    if (!served) {
      const loadable = await findServedModel(source, { ...(onRead && { onRead }) });
      if (loadable.isGguf) await this.closeGguf(source.key);
      served = await loadable.load();
      this.models.set(model, served);
    }
    const { sharedTokenizer } = served;
    const live = new LiveModel(sharedTokenizer ?? unwrap(readTokenizer(source.tokenizer)));
    let drafter: JointDrafter;
    try {
      if (source.snapshot !== undefined) {
        live.expectLoad(source.changes);
        unwrap(await live.load(source.snapshot));
      } else for (const change of source.changes) live.change(change);
      const { mixture, model: folder } = source;
      const weights = readMixWeights(
        mixture === undefined ? [folder] : [mixture, folder],
        sharedTokenizer ? undefined : otherMakersWeights(),
      );
      drafter = served.drafter(source.name, () => live.current, weights);
    } catch (error) {
      live.dispose();
      await this.dropUnused();
      throw error;
    }
    this.open.get(source.key)?.live.dispose();
    this.open.set(source.key, { source, model, live, drafter });
    await this.dropUnused();
    const { fileCount, tokenCount } = live.current;
    return { files: fileCount, tokens: tokenCount, loadMs: performance.now() - started };
  }

  async close(key: string): Promise<void> {
    this.open.get(key)?.live.dispose();
    this.open.delete(key);
    await this.dropUnused();
  }

  async closeAll(): Promise<void> {
    for (const key of [...this.open.keys()]) await this.close(key);
  }

  /** Ignores changes of a folder that is not open. */
  change(key: string, change: FileChange): void {
    const open = this.open.get(key);
    open?.live.change(change);
    open?.drafter.noteChange(change.path);
  }

  /** Ignores the edits of a folder that is not open. */
  setHistory(key: string, history: EditHistory): void {
    this.open.get(key)?.live.setHistory(history);
  }

  /** Throws CodedError 'bad-request' if no folder is open under the key. */
  drafterOf(key: string): JointDrafter {
    const found = this.open.get(key);
    if (!found) throw new CodedError('bad-request', `No specialist is open under '${key}'.`);
    return found.drafter;
  }

  async draft(
    key: string,
    query: CompletionQuery,
    options: DraftOptions,
    signal: AbortSignal,
    onEstimate: (of: LatencyEstimate) => void,
  ): Promise<Draft> {
    const drafter = this.drafterOf(key);
    return draftBySyntax(query, options, (adjusted) => drafter.draft(query, adjusted, signal, onEstimate));
  }

  /** Frees the caches of recent prompts. */
  shrink(): void {
    for (const served of this.models.values()) served.shrink();
  }

  /**
   * Closes the key's GGUF model if no other key uses it. It would need its gigabytes beside the next one, and on a GPU
   * llama.cpp gives a model only the layers that fit when it is loaded.
   */
  private async closeGguf(key: string): Promise<void> {
    const model = this.open.get(key)?.model;
    if (model === undefined || !this.models.get(model)?.isGguf) return;
    const isShared = [...this.open].some(([other, open]) => other !== key && open.model === model);
    if (!isShared) await this.close(key);
  }

  private async dropUnused(): Promise<void> {
    const used = new Set([...this.open.values()].map(({ model }) => model));
    for (const [model, served] of this.models) {
      if (used.has(model)) continue;
      this.models.delete(model);
      await served.dispose();
    }
  }
}

/** Changes when the weights in the folder are replaced. The base counts for adapters only. */
export function identity({ model, base, threads, llamaThreads, tokenizer, device }: MixSource): string {
  const fileState = (folder: string, name: string) => {
    const file = statSync(join(folder, name), { throwIfNoEntry: false });
    return file ? [folder, name, file.mtimeMs, file.size] : undefined;
  };
  const weights = fileState(model, WEIGHTS) ?? [
    fileState(model, ADAPTER) ?? fileState(model, MANIFEST),
    base !== undefined && fileState(base, WEIGHTS),
  ];
  return JSON.stringify([model, threads, llamaThreads, tokenizer, device, weights]);
}
