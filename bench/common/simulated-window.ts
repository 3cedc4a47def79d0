// A simulated editor window: specialist, completion service and the editor's part, connected as in the product.
import type { Clock } from '../../src/common/clock.ts';
import { type Log, silentLog } from '../../src/common/log.ts';
import type { Redactor } from '../../src/common/redaction.ts';
import { Backoff } from '../../src/llm/backoff.ts';
import type { LlmClient } from '../../src/llm/protocol/models.ts';
import { defaultRouter } from '../../src/routing/fit.ts';
import { DEFAULT_THRESHOLD } from '../../src/routing/limits.ts';
import type { RouterModel } from '../../src/routing/router-model.ts';
import { type NgramSpecialist, RacingSpecialist } from '../../src/suggest/racing-specialist.ts';
import { Suggester } from '../../src/suggest/suggester.ts';
import type { CompletionSettings } from '../../src/suggest/suggestion.ts';
import { Editor } from './editor.ts';

export interface SimulatedWindowDeps {
  readonly clock: Clock;
  readonly ngram: NgramSpecialist;
  /** Of the folder, in the engine. */
  readonly key: string;
  /** What the host does before it is asked is done: see editor.ts. */
  readonly ahead: boolean;
  /** Other than a user without a key has them. */
  readonly settings?: Partial<CompletionSettings>;
  /** The large model; absent: none. */
  readonly llm?: LlmClient;
  /** Absent: that of a folder without an adaptation. */
  readonly router?: RouterModel;
  /** Told why nothing is shown; absent: nobody is. */
  readonly log?: Log;
}

/** As a user without a key has them. */
export const keyless: CompletionSettings = {
  balance: 0.4,
  threshold: DEFAULT_THRESHOLD,
  multiline: true,
  apiAllowed: false,
  localFirst: false,
  prefetchFromApi: false,
};
const asIs: Redactor = { text: async (text) => text, path: async (path) => path };

export class SimulatedWindow {
  readonly specialist: RacingSpecialist;
  readonly editor: Editor;
  private readonly service: Suggester;

  constructor(deps: SimulatedWindowDeps) {
    const { clock, ngram, key, ahead, settings: others, llm, router, log = silentLog } = deps;
    const settings = { ...keyless, ...others };
    this.specialist = new RacingSpecialist({
      ngram,
      key,
      clock,
      log: silentLog,
      onState: () => {},
      onReady: () => this.editor.repeat(),
    });
    this.service = new Suggester({
      specialist: this.specialist,
      llm: () => llm,
      routerFor: () => router ?? defaultRouter(),
      settings: () => settings,
      clock,
      redact: asIs,
      backoff: new Backoff({ clock }),
      onEvent: () => {},
      onReady: () => this.editor.repeat(),
      log,
    });
    const setOpenFile = (path: string, text: string) => this.specialist.setOpenFile(path, text);
    this.editor = new Editor({ clock, service: this.service, setOpenFile, ahead });
  }

  dispose(): void {
    this.service.dispose();
    this.specialist.dispose();
  }
}
