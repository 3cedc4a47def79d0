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

interface Open {
  readonly texts: string[];
  over: Extract<RelaySaid, { kind: 'editor-end' }> | undefined;
  wake: () => void;
}

/** The job's side. */
export class RelayedModels implements EditorModels {
  private readonly send: (message: RelayAsked) => void;
  private readonly open = new Map<number, Open>();
  private next = 0;

  constructor(send: (message: RelayAsked) => void) {
    this.send = send;
  }

  async list(): Promise<readonly string[]> {
    return [];
  }

  async *ask(model: string, text: string, signal: AbortSignal): AsyncGenerator<string> {
    const id = this.next++;
    const asked: Open = { texts: [], over: undefined, wake: () => {} };
    const woken = () => asked.wake();
    this.open.set(id, asked);
    signal.addEventListener('abort', woken, { once: true });
    this.send({ kind: 'editor-ask', id, model, text });
    try {
      for (;;) {
        signal.throwIfAborted();
        const said = asked.texts.shift();
        if (said !== undefined) yield said;
        else if (asked.over?.error) throw new EditorError(asked.over.error.kind, asked.over.error.message);
        else if (asked.over) return;
        else
          await new Promise<void>((resolve) => {
            asked.wake = resolve;
          });
      }
    } finally {
      signal.removeEventListener('abort', woken);
      this.open.delete(id);
      if (asked.over === undefined) this.send({ kind: 'editor-drop', id });
    }
  }

  /** Handles a message of the parent; one for a finished request is ignored. */
  take(said: RelaySaid): void {
    const asked = this.open.get(said.id);
    if (!asked) return;
    if (said.kind === 'editor-text') asked.texts.push(said.text);
    else asked.over = said;
    asked.wake();
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
