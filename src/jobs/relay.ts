// Relays a job's requests to the editor's language models: `vscode.lm` exists only in the extension host.
import { isCancelled } from '../common/errors.ts';
import type { EditorModels } from '../llm/protocol/wire.ts';
import { EditorError, editorError } from '../llm/providers/editor.ts';

/** Messages from a job to its parent. */
export type RelayAsked =
  | { readonly kind: 'editor-ask'; readonly id: number; readonly model: string; readonly text: string }
  | { readonly kind: 'editor-drop'; readonly id: number };

/** Messages from the parent to the job. */
export type RelaySaid =
  | { readonly kind: 'editor-text'; readonly id: number; readonly text: string }
  | {
      readonly kind: 'editor-end';
      readonly id: number;
      readonly error?: Pick<EditorError, 'kind' | 'message'>;
    };

/** The job's side. */
export class RelayedModels implements EditorModels {
  private readonly send: (message: RelayAsked) => void;
  private readonly open = new Map<number, ReadableStreamDefaultController<string>>();
  private next = 0;

  constructor(send: (message: RelayAsked) => void) {
    this.send = send;
  }

  async list(): Promise<readonly string[]> {
    return [];
  }

  async *ask(model: string, text: string, signal: AbortSignal): AsyncGenerator<string> {
    signal.throwIfAborted();
    const id = this.next++;
    const said = new ReadableStream<string>({ start: (controller) => void this.open.set(id, controller) });
    const drop = () => this.open.delete(id) && this.send({ kind: 'editor-drop', id });
    const onAbort = () => {
      this.open.get(id)?.error(signal.reason);
      drop();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.send({ kind: 'editor-ask', id, model, text });
    try {
      yield* said;
    } finally {
      signal.removeEventListener('abort', onAbort);
      drop();
    }
  }

  /** Handles a message of the parent; one for a finished request is ignored. */
  take(said: RelaySaid): void {
    const answer = this.open.get(said.id);
    if (said.kind === 'editor-text') {
      answer?.enqueue(said.text);
      return;
    }
    this.open.delete(said.id);
    if (said.error) answer?.error(new EditorError(said.error.kind, said.error.message));
    else answer?.close();
  }
}

/** The parent's side, for one job. */
export class RelayOwner {
  private readonly models: EditorModels | undefined;
  private readonly send: (message: RelaySaid) => void;
  private readonly open = new Map<number, AbortController>();

  /** @param models undefined: none */
  constructor(models: EditorModels | undefined, send: (message: RelaySaid) => void) {
    this.models = models;
    this.send = send;
  }

  take(asked: RelayAsked): void {
    if (asked.kind === 'editor-drop') this.open.get(asked.id)?.abort();
    else void this.ask(asked);
  }

  /** Cancels open requests when the job has ended. */
  end(): void {
    for (const controller of this.open.values()) controller.abort();
  }

  private async ask({ id, model, text }: Extract<RelayAsked, { kind: 'editor-ask' }>): Promise<void> {
    const controller = new AbortController();
    this.open.set(id, controller);
    try {
      if (!this.models) throw new EditorError('NotFound', 'no editor is there whose models could be asked');
      for await (const piece of this.models.ask(model, text, controller.signal))
        this.send({ kind: 'editor-text', id, text: piece });
      this.send({ kind: 'editor-end', id });
    } catch (error) {
      if (isCancelled(error) || controller.signal.aborted) return;
      const { kind, message } = editorError(error);
      this.send({ kind: 'editor-end', id, error: { kind, message } });
    } finally {
      this.open.delete(id);
    }
  }
}
