// What the product is measured against: its service without further lines, and the rule of before, whole drafts or nothing.
import type { CompletionQuery, Draft, DraftOptions, Specialist } from '../../src/common/completion.ts';
import { CompletionCache } from '../../src/complete/answer-cache.ts';
import type { MixedSpecialist } from '../../src/complete/specialist.ts';
import type { Completion, CompletionRequest, CompletionSettings } from '../../src/complete/types.ts';
import { decide } from '../../src/coupling/decide.ts';
import { defaultFit } from '../../src/coupling/defaults.ts';
import { placeOf } from '../../src/coupling/place.ts';
import { cleanDraft, draftOptions, placeAt } from '../../src/tasks/completion/asked-place.ts';
import type { EditorDeps } from '../common/editor.ts';

export class WholeLines implements Pick<EditorDeps['service'], 'complete' | 'begin' | 'warm' | 'accepted'> {
  private readonly specialist: Specialist;
  private readonly settings: CompletionSettings;
  private readonly cache = new CompletionCache();
  private readonly fit = defaultFit();
  private shown = 0;
  private last: { readonly text: string; readonly id: string } | undefined;

  constructor(specialist: Specialist, settings: CompletionSettings) {
    this.specialist = specialist;
    this.settings = settings;
  }

  async complete({ query }: CompletionRequest, signal: AbortSignal): Promise<Completion | undefined> {
    const hit = this.cache.get(query);
    if (hit && hit.rest !== '')
      return { ...(hit.answer as unknown as Completion), id: this.last?.id ?? '', text: hit.rest };
    const place = this.placeAt(query);
    const draft = await this.specialist.complete(query, draftOptions(place), signal).catch(() => undefined);
    const cleaned = cleanDraft(draft, place);
    const policy = { ...this.settings, apiAvailable: false };
    const decision = decide(this.fit, cleaned, placeOf(query), policy);
    if (cleaned === undefined || decision.route !== 'specialist') return undefined;
    const { text, model } = cleaned;
    const completion: Completion = {
      ...{ id: String(++this.shown), text, source: 'specialist', model, confidence: decision.pSpecialist, decision },
      ...{ latencyMs: 0, costUsd: 0, savedUsd: 0, cached: false },
    };
    this.last = completion;
    this.cache.put(query, completion as never);
    return completion;
  }

  begin({ query }: CompletionRequest): void {
    if (this.cache.get(query) === undefined) this.specialist.begin?.(query, draftOptions(this.placeAt(query)));
  }

  warm(query: CompletionQuery): void {
    this.specialist.warm?.(query);
  }

  accepted(): void {}

  dispose(): void {}

  /** No lines but those that the syntax calls for. */
  private placeAt(query: CompletionQuery) {
    return { ...placeAt(query, undefined, this.settings.multiline), further: false };
  }
}

/** Passes everything on but the lines that nothing calls for; they are drafted all the same. */
export class WithoutBeyond implements Specialist {
  readonly name: string;
  private readonly inner: MixedSpecialist;
  readonly snippets: Specialist['snippets'];
  readonly setOpenFile: Specialist['setOpenFile'];
  readonly begin: MixedSpecialist['begin'];
  readonly warm: MixedSpecialist['warm'];
  readonly hasBetter: MixedSpecialist['hasBetter'];

  constructor(inner: MixedSpecialist) {
    this.inner = inner;
    this.name = inner.name;
    this.snippets = inner.snippets.bind(inner);
    this.setOpenFile = inner.setOpenFile.bind(inner);
    this.begin = inner.begin.bind(inner);
    this.warm = inner.warm.bind(inner);
    this.hasBetter = inner.hasBetter.bind(inner);
  }

  async complete(query: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Draft | undefined> {
    const draft = await this.inner.complete(query, options, signal);
    if (draft === undefined) return undefined;
    const { beyond: _, ...line } = draft;
    return line;
  }
}
