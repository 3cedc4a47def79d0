// The display rule before whole units, with the estimate of its time: a wrong suggestion costs 20 characters, a right
// one saves its length, and raises of the threshold add up. It has the product's drafts, cuts and cache of remainders.
import type { Clock } from '../../src/common/clock.ts';
import type { Draft, Specialist } from '../../src/common/completion.ts';
import { sigmoid } from '../../src/common/statistics/logistic.ts';
import { CompletionCache, insertedAt } from '../../src/completion/answer-cache.ts';
import { continuesWord } from '../../src/completion/request-context.ts';
import { OutcomeTracker } from '../../src/completion/tracker.ts';
import type { Completion, CompletionRequest, CompletionSettings } from '../../src/completion/types.ts';
import {
  cleanDraft,
  draftOptions,
  positionAt,
  replacedClosers,
  withoutInsertedClosers,
} from '../../src/prompts/completion/completion-position.ts';
import { cutsOf } from '../../src/prompts/completion/cuts.ts';
import { flag, logit, lowestProbability, wholeProbability } from '../../src/routing/features.ts';
import { positionFactsOf } from '../../src/routing/position-facts.ts';
import { restOf, type ScoredCut } from '../../src/routing/show.ts';
import type { PositionFacts } from '../../src/routing/types.ts';
import { lineState } from '../../src/text/line-state.ts';
import { isProse } from '../../src/text/prose-text.ts';
import type { Answering } from '../common/simulated-window.ts';

const WRONG = 20;
const PROSE_TIMES = 1.5;
/** Added to the threshold: in prose or beside the editor's list, and for each rejection in a row from the third on. */
const RAISE = 0.1;
const MOST_RAISES = 3;
const PATIENCE = 3;
const QUIET_MS = 20_000;

export class EarlierRule implements Answering {
  private readonly specialist: Specialist;
  private readonly settings: CompletionSettings;
  private readonly clock: Clock;
  private readonly cache = new CompletionCache();
  private readonly tracker: OutcomeTracker;
  private rejections = 0;
  private judgedAt = Number.NEGATIVE_INFINITY;
  private count = 0;
  private visible: Completion | undefined;

  constructor(specialist: Specialist, settings: CompletionSettings, clock: Clock) {
    this.specialist = specialist;
    this.settings = settings;
    this.clock = clock;
    this.tracker = new OutcomeTracker(clock, (_, outcome) => {
      const wasRejected = outcome === 'rejected';
      if (!wasRejected && outcome !== 'ignored') this.rejections = 0;
      if (wasRejected) this.rejections = this.isLongAgo() ? 1 : this.rejections + 1;
      this.judgedAt = clock.monotonic();
    });
  }

  async complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion | undefined> {
    const { query } = request;
    this.tracker.observe(query);
    const hit = this.cache.get(query);
    if (hit && hit.rest !== '') {
      const completion = { ...(hit.answer as unknown as Completion), text: hit.rest, replaceLength: hit.replaceLength };
      return completion.id === this.visible?.id ? completion : this.show(request, completion);
    }
    if (continuesWord(query)) return undefined;
    const position = positionAt(query, request.indentUnit, this.settings.multiline);
    const asked = withoutInsertedClosers(position);
    const draft = await this.specialist.complete(asked.query, draftOptions(asked), signal).catch(() => undefined);
    const cleaned = cleanDraft(draft, asked);
    if (draft === undefined || cleaned === undefined || signal.aborted) return undefined;
    const cuts: ScoredCut[] = scored(cutsOf(cleaned, asked), positionFactsOf(query)).flatMap((cut) => {
      const over = replacedClosers(position, cut.text);
      return over === undefined ? [] : [{ ...cut, over }];
    });
    const shown = this.best(cuts, request);
    if (shown === undefined) return undefined;
    const completion = this.completionOf(shown, draft);
    this.cache.put(query, completion as never);
    let [at, cut, rest] = [query, shown, cuts];
    for (;;) {
      at = insertedAt(at, cut);
      rest = restOf(rest, cut);
      const next = this.best(rest, { ...request, opensList: false, query: at });
      if (next === undefined) return this.show(request, completion);
      this.cache.put(at, this.completionOf(next, draft) as never);
      cut = next;
    }
  }

  begin({ query, indentUnit }: CompletionRequest): void {
    if (continuesWord(query) || this.cache.get(query) !== undefined) return;
    const asked = withoutInsertedClosers(positionAt(query, indentUnit, this.settings.multiline));
    this.specialist.begin?.(asked.query, draftOptions(asked));
  }

  warm(query: CompletionRequest['query']): void {
    this.specialist.warm?.(withoutInsertedClosers(positionAt(query)).query);
  }

  accepted(id: string): void {
    this.tracker.accepted(id);
  }

  dispose(): void {}

  private best(cuts: readonly ScoredCut[], { query, opensList }: CompletionRequest): ScoredCut | undefined {
    const isQuiet = isProse(query.languageId, query.prefix);
    const doubts = this.isLongAgo() ? 0 : Math.min(MOST_RAISES, Math.max(0, this.rejections - PATIENCE + 1));
    const raises = doubts + flag(isQuiet || opensList === true);
    const threshold = Math.min(0.95, this.settings.fallbackThreshold + raises * RAISE);
    const wrong = WRONG * (isQuiet && !opensList ? PROSE_TIMES : 1);
    let best: ScoredCut | undefined;
    let most = 0;
    for (const cut of cuts) {
      const gain = cut.p * (cut.text.trim().length - 1) - (1 - cut.p) * wrong;
      if (cut.p >= threshold && gain > most) [best, most] = [cut, gain];
    }
    return best;
  }

  private isLongAgo(): boolean {
    return this.clock.monotonic() - this.judgedAt > QUIET_MS;
  }

  private completionOf({ text, over = 0, p }: ScoredCut, { model }: Draft): Completion {
    return {
      ...{
        id: String(++this.count),
        text,
        replaceLength: over,
        source: 'specialist',
        model,
        confidence: p,
        decision: {} as never,
      },
      ...{ latencyMs: 0, costUsd: 0, savedUsd: 0, cached: false },
    };
  }

  private show({ query }: CompletionRequest, completion: Completion): Completion {
    this.visible = completion;
    this.tracker.shown(completion.id, query, completion.text);
    return completion;
  }
}

function scored(cuts: readonly Draft[], { languageId, lineBefore }: PositionFacts): ScoredCut[] {
  const isComment = lineState(languageId, lineBefore) === 'comment';
  let least = 1;
  return cuts.map((cut) => {
    const tokens = 0.1 + 0.72 * logit(wholeProbability(cut)) + 0.33 * logit(lowestProbability(cut));
    const lines = -0.2 * flag(cut.text.includes('\n'));
    const text = -0.8 * flag(isComment) - 0.7 * flag(cut.unknownIdentifier === true);
    least = Math.min(least, sigmoid(tokens + lines + text));
    return { text: cut.text, p: least };
  });
}
