// Recorded places, each judged by a coupling that was fitted on the other half of its package's recorded files, and on places that no recording names.
import { shuffled } from '../../src/common/statistics/random.ts';
import { isBeginning } from '../../src/prompts/completion/completion-position.ts';
import { fitRouter, score, scoreCuts } from '../../src/routing/fit.ts';
import { bestCut } from '../../src/routing/show.ts';
import { keyless } from '../common/simulated-window.ts';
import { callPrice } from './call-price.ts';
import type { Package, Sided } from './positions.ts';

/** By how much the coupled exact match may be below the API's. */
export const ALLOWED = 0.01;
const SEED = 1;

export interface Judged {
  readonly package: string;
  readonly file: string;
  readonly pSpecialist: number;
  readonly pApi: number;
  readonly gain: number;
  /** What a call has to gain for the coupled exact match to stay within what is allowed, by the half that was fitted on. */
  readonly price: number;
  readonly draftRight: boolean;
  readonly api: Answered;
  /** After a call: the API's answer, or the draft if the answer is empty, as in the product. */
  readonly called: Answered;
  /** The draft: right where all of it is. What it saves is what is shown of it: cut, or nothing where that is not worth a look. */
  readonly local: Answered;
  readonly latencyMs: number;
  /** Of what the author wrote in the line. */
  readonly characters: number;
}

/** 1 or 0, and the characters that it saves whoever takes it. */
export interface Answered {
  readonly right: number;
  readonly saved: number;
}

export function judged(of: Package): Judged[] {
  const files = [...new Set(of.recorded.map(({ file }) => file))].sort();
  const order = shuffled(files.length, SEED);
  const first = new Set(order.filter((_, i) => i % 2 === 0).map((i) => files[i] as string));
  return [true, false].flatMap((side) => {
    const [fitted, reported] = [!side, side].map((half) => of.recorded.filter(({ file }) => first.has(file) === half));
    const fit = fitRouter([...of.calibration, ...(fitted as Sided[])]);
    const price = callPrice(fitted as Sided[], of.calibration, ALLOWED);
    return (reported as Sided[]).map((sided): Judged => {
      const { draft, position, cuts = [], truth, answer = '' } = sided;
      const { pSpecialist, pApi } = score(fit, draft, position);
      const scored = scoreCuts(
        fit,
        cuts.map((cut) => cut.draft),
        position,
      );
      const shown = bestCut(scored, { threshold: keyless.threshold })?.text ?? '';
      const api = { right: Number(sided.apiRight === true), saved: savedBy(answer, truth) };
      const local = { right: Number(sided.specialistRight), saved: savedBy(shown, truth) };
      return {
        ...{ package: of.name, file: sided.path, pSpecialist, pApi, gain: pApi - pSpecialist, price },
        ...{ draftRight: sided.specialistRight, latencyMs: draft.latencyMs, characters: truth.trim().length },
        ...{ api, local, called: answer === '' ? local : api },
      };
    });
  });
}

/** One key takes it. */
function savedBy(text: string, truth: string): number {
  return isBeginning(text.trim(), truth.trim()) ? Math.max(0, text.trim().length - 1) : 0;
}
