// A typist's desk: the specialist of both models, the service that asks it, and the editor's part, as the product wires them.
import type { Clock } from '../../src/common/clock.ts';
import type { Disposable } from '../../src/common/disposable.ts';
import { silentLog } from '../../src/common/log.ts';
import type { Masking } from '../../src/common/masking.ts';
import { CompletionService } from '../../src/complete/service.ts';
import { MixedSpecialist, type NgramSpecialist } from '../../src/complete/specialist.ts';
import type { CompletionSettings } from '../../src/complete/types.ts';
import { defaultFit } from '../../src/coupling/defaults.ts';
import { Backoff } from '../../src/teacher/backoff.ts';
import { Editor, type EditorDeps } from './editor.ts';

export interface DeskDeps {
  readonly clock: Clock;
  readonly ngram: NgramSpecialist;
  /** Of the folder, in the engine. */
  readonly key: string;
  /** What the host does before it is asked is done: see editor.ts. */
  readonly ahead: boolean;
  /** Other than a user without a key has them. */
  readonly settings?: Partial<CompletionSettings>;
  /** What answers with the specialist's drafts; absent: the product's service. */
  readonly answering?: (specialist: MixedSpecialist, settings: CompletionSettings) => Answering;
}

type Answering = EditorDeps['service'] & Disposable;

/** As a user without a key has them. */
export const keyless: CompletionSettings = {
  balance: 0,
  showBar: 0.5,
  fallbackBar: 0.5,
  multiline: true,
  apiAllowed: false,
  apiDebounceMinMs: 150,
  apiDebounceMaxMs: 600,
  prefetchFromApi: false,
};
const asIs: Masking = { text: async (text) => text, path: async (path) => path };

export class Desk {
  readonly specialist: MixedSpecialist;
  readonly editor: Editor;
  private readonly service: Answering;

  constructor({ clock, ngram, key, ahead, settings: others, answering }: DeskDeps) {
    const settings = { ...keyless, ...others };
    this.specialist = new MixedSpecialist({
      ngram,
      key,
      clock,
      log: silentLog,
      onState: () => {},
      onReady: () => this.editor.repeat(),
    });
    this.service =
      answering?.(this.specialist, settings) ??
      new CompletionService({
        specialist: this.specialist,
        teacher: () => undefined,
        fit: defaultFit,
        settings: () => settings,
        clock,
        mask: asIs,
        backoff: new Backoff({ clock }),
        onEvent: () => {},
        onReady: () => this.editor.repeat(),
        log: silentLog,
      });
    const setOpenFile = (path: string, text: string) => this.specialist.setOpenFile(path, text);
    this.editor = new Editor({ clock, service: this.service, setOpenFile, ahead });
  }

  dispose(): void {
    this.service.dispose();
    this.specialist.dispose();
  }
}
