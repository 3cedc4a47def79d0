// A completion service with fake dependencies, for the tests of src/suggest/.
import type { CompletionQuery, Draft } from '../../src/common/completion.ts';
import { type Failure, failed } from '../../src/common/errors.ts';
import type { Log } from '../../src/common/log.ts';
import type { Redactor } from '../../src/common/redaction.ts';
import { Backoff } from '../../src/llm/backoff.ts';
import type { LlmClient } from '../../src/llm/protocol/models.ts';
import { defaultRouter } from '../../src/routing/fit.ts';
import type { RouterModel } from '../../src/routing/router-model.ts';
import type { ScoredCut } from '../../src/routing/show.ts';
import { Suggester } from '../../src/suggest/suggester.ts';
import {
  type CompletionEvent,
  type CompletionRequest,
  type CompletionSettings,
  decided,
  isNothing,
  type Suggestion,
} from '../../src/suggest/suggestion.ts';
import { ManualClock, settled } from '../fakes/clock.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { redactNothing } from '../fakes/redaction.ts';
import { Deferred } from '../fakes/signal.ts';
import { draft, ScriptedSpecialist } from '../fakes/specialist.ts';

export const SETTINGS: CompletionSettings = {
  balance: 0.5,
  threshold: 0.3,
  multiline: true,
  apiAllowed: true,
  localFirst: false,
  prefetchFromApi: false,
};

export interface Options {
  readonly specialist?: ScriptedSpecialist;
  readonly llm?: LlmClient | undefined;
  readonly settings?: Partial<CompletionSettings>;
  readonly redact?: Redactor;
  readonly router?: RouterModel;
}

/** Confidences for which the default router decides differently. */
export const SURE = 0.9;
export const FAIR = 0.4;
export const UNSURE = 0.05;

export function drafted(text: string, confidence: number): Draft {
  // `confidence` is that of the whole line. From FAIR on, every token has a high probability.
  return draft(text, confidence >= FAIR ? 0.99 : confidence, { confidence });
}

export function query(prefix: string, suffix = '', path = 'src/a.ts', languageId = 'typescript'): CompletionQuery {
  return { path, languageId, prefix, suffix };
}

export class Harness {
  readonly clock = new ManualClock();
  readonly events: CompletionEvent[] = [];
  readonly errors: string[] = [];
  /** How often onReady was called. */
  ready = 0;
  readonly specialist: ScriptedSpecialist;
  readonly backoff: Backoff;
  readonly service: Suggester;
  settings: CompletionSettings;
  llm: LlmClient | undefined;

  constructor(options: Options = {}) {
    this.specialist = options.specialist ?? new ScriptedSpecialist(drafted('local();', UNSURE));
    this.llm = 'llm' in options ? options.llm : new ScriptedLlm('remote();');
    this.settings = { ...SETTINGS, ...options.settings };
    this.backoff = new Backoff({ clock: this.clock, random: () => 1 });
    const log: Log = { debug() {}, info() {}, warn() {}, error: (message) => this.errors.push(message) };
    this.service = new Suggester({
      specialist: this.specialist,
      llm: () => this.llm,
      routerFor: () => options.router ?? defaultRouter(),
      settings: () => this.settings,
      clock: this.clock,
      redact: options.redact ?? redactNothing,
      backoff: this.backoff,
      onEvent: (event) => this.events.push(event),
      onReady: () => this.ready++,
      log,
    });
  }

  request(q: CompletionQuery, changes: Partial<CompletionRequest> = {}): CompletionRequest {
    return { query: q, trigger: 'automatic', indentUnit: '  ', ...changes };
  }

  /** Starts a request as the editor would. */
  ask(q: CompletionQuery, changes: Partial<CompletionRequest> = {}): Asked {
    const controller = new AbortController();
    const asked: Asked = {
      cancel: () => controller.abort(),
      answer: undefined,
      done: false,
      promise: Promise.resolve(),
    };
    asked.promise = this.service.suggest(this.request(q, changes), controller.signal).then((result) => {
      // A next edit has only what is shown of it.
      asked.answer = isNothing(result) ? undefined : (result as Suggestion);
      asked.done = true;
    });
    return asked;
  }

  /** Starts a request, advances the clock by `ms`, and returns the answer. */
  async answer(
    q: CompletionQuery,
    changes: Partial<CompletionRequest> = {},
    ms = 1000,
  ): Promise<Suggestion | undefined> {
    const asked = this.ask(q, changes);
    await this.clock.advance(ms);
    await asked.promise;
    return asked.answer;
  }

  of<K extends CompletionEvent['kind']>(kind: K): Extract<CompletionEvent, { kind: K }>[] {
    return this.events.filter((event) => event.kind === kind) as Extract<CompletionEvent, { kind: K }>[];
  }
}

export interface Asked {
  readonly cancel: () => void;
  answer: Suggestion | undefined;
  done: boolean;
  promise: Promise<void>;
}

export const sure = (text = 'local();') => new ScriptedSpecialist(drafted(text, SURE));
export const unsure = (text = 'local();') => new ScriptedSpecialist(drafted(text, UNSURE));
export const position = query('const x = ', '\n');

/** A harness with an unsure draft and a large model whose first call is pending until the test resolves `held`. */
export function withHeldLlm(options: Options & { readonly later?: string } = {}) {
  const held = new Deferred<string>();
  const llm = new ScriptedLlm((_r, call) => (call === 0 || options.later === undefined ? held.promise : options.later));
  return { held, llm, h: new Harness({ specialist: unsure(), ...options, llm }) };
}

export function failure(code: Failure['code'], retryAfterMs?: number) {
  return failed(code, `The API failed: ${code}.`, retryAfterMs);
}

export { Deferred, settled };

/** A suggestion whose last cut is shown. */
export function suggestionOf(cuts: readonly ScoredCut[], changes: Partial<Suggestion> = {}): Suggestion {
  const cut = cuts.at(-1);
  const estimates = { pSpecialist: cut?.p ?? 0, pApi: 0.7, pApiIsPrior: true };
  const facts = { ...estimates, gain: 0, price: 0.2, reason: 'there is no large model' } as const;
  return {
    ...decided(
      {
        ...{ id: '', source: 'specialist', model: 'm', draft: undefined, indexRevision: 0, estimates, cuts },
        ...{ expectedCharacters: 0, latencyMs: 0, costUsd: 0, savedUsd: 0, cached: false },
      },
      cut === undefined ? { ...facts, kind: 'hold' } : { ...facts, kind: 'show', cut },
    ),
    ...changes,
  };
}
