// Places with known probabilities of being right, for the tests of the router.
import type { Draft } from '../../src/common/completion.ts';
import { sigmoid } from '../../src/common/statistics/logistic.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import type { Estimates } from '../../src/routing/decision.ts';
import type { PositionFacts, RouterExample } from '../../src/routing/features.ts';
import type { Limits, RequestConditions } from '../../src/routing/limits.ts';

export const POSITION: PositionFacts = { languageId: 'typescript', lineBefore: '  const x = ', lineAfter: '' };

export const ESTIMATES: Estimates = { pSpecialist: 0.4, pApi: 0.7, pApiIsPrior: true };

/** The conditions of an automatic request in code, where nothing raises the threshold. */
export const TYPING: RequestConditions = {
  isManual: false,
  opensList: false,
  query: { languageId: 'typescript', prefix: '' },
  isAnswer: false,
  rejectedHere: false,
  doubt: 0,
  waitMs: undefined,
};

/** The limits of an automatic request. */
export function limits({ threshold = 0.6, ...changes }: Partial<Limits> = {}): Limits {
  return { price: 0.2, threshold, lateThreshold: threshold, isManual: false, localFirst: false, ...changes };
}

export function draftOf(probabilities: readonly number[], text = 'some.text();'): Draft {
  return {
    text,
    tokens: probabilities.map((probability, i) => ({
      text: `t${i}`,
      probability,
      margin: probability * 0.8,
      entropy: 2 * (1 - probability),
      matchLength: 1 + Math.round(6 * probability),
      count: 3,
      tier: i % 2 === 0 ? 'open-file' : 'project',
    })),
    model: 'n-gram',
    complete: true,
    latencyMs: 3,
  };
}

export interface Synthetic {
  readonly example: RouterExample;
  /** The true probabilities that the labels were drawn with. */
  readonly pSpecialist: number;
  readonly pApi: number;
}

/** A specialist that is less sure of itself than it should be, and an API that is better outside strings. */
export function synthetic(count: number, seed: number, options: { files?: number; api?: boolean } = {}): Synthetic[] {
  const random = uniforms(seed);
  return Array.from({ length: count }, () => {
    const file = `src/f${Math.floor(random() * (options.files ?? 20))}.ts`;
    const confidence = 0.05 + 0.9 * random();
    const inString = random() < 0.3;
    const draft = draftOf([0.95, confidence, 0.5 + confidence / 2]);
    const pSpecialist = sigmoid(-1 + 1.2 * Math.log(confidence / (1 - confidence)));
    const pApi = inString ? 0.35 : 0.9;
    const position = { ...POSITION, lineBefore: inString ? "  log('and " : '  const x = ' };
    const example: RouterExample = {
      path: file,
      draft,
      position,
      specialistRight: random() < pSpecialist,
      ...(options.api === false ? {} : { apiRight: random() < pApi }),
    };
    return { example, pSpecialist, pApi };
  });
}
