// What the product is measured against: the rule of before, whole drafts or nothing.
import type { CompletionQuery, Specialist } from '../../src/common/completion.ts';
import { CompletionCache } from '../../src/completion/answer-cache.ts';
import type { Completion, CompletionRequest, CompletionSettings } from '../../src/completion/types.ts';
import { cleanDraft, draftOptions, positionAt } from '../../src/prompts/completion/completion-position.ts';
import { decideWhole } from '../../src/routing/decide.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import { positionFactsOf } from '../../src/routing/position-facts.ts';
import type { EditorDeps } from '../common/editor.ts';

export class WholeLines implements Pick<EditorDeps['service'], 'complete' | 'begin' | 'warm' | 'accepted'> {
  private readonly specialist: Specialist;
  private readonly settings: CompletionSettings;
  private readonly cache = new CompletionCache();
  private readonly fit = defaultRouter();
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
    const position = this.positionAt(query);
    const draft = await this.specialist.complete(query, draftOptions(position), signal).catch(() => undefined);
    const cleaned = cleanDraft(draft, position);
    const decision = decideWhole(this.fit, cleaned, positionFactsOf(query), 0);
    if (cleaned === undefined || decision.pSpecialist < this.settings.threshold) return undefined;
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
    if (this.cache.get(query) === undefined) this.specialist.begin?.(query, draftOptions(this.positionAt(query)));
  }

  warm(query: CompletionQuery): void {
    this.specialist.warm?.(query);
  }

  accepted(): void {}

  dispose(): void {}

  private positionAt(query: CompletionQuery) {
    return positionAt(query, undefined, this.settings.multiline);
  }
}
