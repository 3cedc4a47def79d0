// Passes a job's requests to the editor's language models: `vscode.lm` exists only in the extension host.
import { CodedError, isCancelled, type Result } from '../common/errors.ts';
import type { AskOptions, Handlers } from '../common/remote.ts';
import type { EditorModels } from '../llm/protocol/wire.ts';
import { EditorError, editorError } from '../llm/providers/editor.ts';

export interface RelayRequests {
  /** Progress: the pieces of the answer. Result: how the editor or the model refused. */
  editor: {
    request: { readonly model: string; readonly text: string };
    result: Pick<EditorError, 'kind' | 'message'> | undefined;
    progress: string;
  };
}

type AskEditor = (
  kind: 'editor',
  request: RelayRequests['editor']['request'],
  options: AskOptions<string>,
) => Promise<Result<RelayRequests['editor']['result']>>;

/** The job's side. */
export function relayedModels(ask: AskEditor): EditorModels {
  return {
    list: async () => [],
    async *ask(model, text, signal) {
      signal.throwIfAborted();
      const stop = new AbortController();
      const pieces = new ReadableStream<string>({
        start(out) {
          const asked = {
            signal: AbortSignal.any([signal, stop.signal]),
            onProgress: (piece: string) => out.enqueue(piece),
          };
          void ask('editor', { model, text }, asked).then((answer) => {
            if (stop.signal.aborted) return;
            if (signal.aborted) out.error(signal.reason);
            else if (!answer.ok) out.error(new CodedError(answer.error.code, answer.error.message));
            else if (answer.value) out.error(new EditorError(answer.value.kind, answer.value.message));
            else out.close();
          });
        },
      });
      try {
        yield* pieces;
      } finally {
        stop.abort();
      }
    },
  };
}

/** The owner's side. @param models undefined: none */
export function editorHandlers(models: EditorModels | undefined): Handlers<RelayRequests> {
  return {
    async editor({ model, text }, { signal, progress }) {
      try {
        if (!models) throw new EditorError('NotFound', 'no editor is there whose models could be asked');
        for await (const piece of models.ask(model, text, signal)) progress(piece);
        return undefined;
      } catch (error) {
        if (isCancelled(error) || signal.aborted) throw error;
        const { kind, message } = editorError(error);
        return { kind, message };
      }
    },
  };
}
