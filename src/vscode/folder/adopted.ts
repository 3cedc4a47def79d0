// What the last adaptation of a folder left: its report, the couplings that it fitted, and which of that holds for what serves now.

import { baseAlone, type CurrentModel, currentModel, type Shipped } from '../../adaptation/models/folder-models.ts';
import { holdsAlone, holdsForApi, holdsMixed } from '../../adaptation/models/outdated.ts';
import { storedFit, storedReport } from '../../adaptation/report/stored.ts';
import type { AdaptReport } from '../../adaptation/report/types.ts';
import { defaultFit } from '../../routing/defaults.ts';
import { forAnotherApi } from '../../routing/fit.ts';
import { parseFit, type RouterModel } from '../../routing/router-model.ts';

export interface StoredAdaptation {
  readonly report: AdaptReport;
  readonly finishedAt: number;
}

/** Why an adaptation is kept and not used: it was made for an earlier base or tokenizer, or for another base than the one that serves. */
export type SetAside = 'earlier' | 'other';

export interface AdoptedDeps {
  /** Undefined for documents outside of all folders. */
  readonly specialistFolder: string | undefined;
  readonly shipped: () => Shipped;
  /** The large one that is asked now. */
  readonly apiModel: () => string;
  /** The user wants no neural model: none is missed. */
  readonly isOff: () => boolean;
  /** Something is set aside, and the user should adapt again. Once, until the next adaptation. */
  readonly onOutdated: (why: string) => void;
}

/** A coupling for each kind of draft: one that the n-grams made alone says other things of itself than one of both models. */
interface Fits {
  readonly ngram: RouterModel;
  readonly mixed: RouterModel;
}

const defaultFits = (): Fits => ({ ngram: defaultFit(), mixed: defaultFit() });

export class Adopted {
  private readonly deps: AdoptedDeps;
  private fits: Fits = defaultFits();
  /** What was fitted, whether or not it holds for what serves now. */
  private learned: { readonly fits: Fits; readonly report: AdaptReport } | undefined;
  private reported: StoredAdaptation | undefined;
  private outdated = false;
  private waits = false;

  constructor(deps: AdoptedDeps) {
    this.deps = deps;
  }

  get last(): StoredAdaptation | undefined {
    return this.reported;
  }

  get setAside(): SetAside | undefined {
    if (this.outdated) return 'earlier';
    return this.waits ? 'other' : undefined;
  }

  /** What was measured of one large model says nothing of another. */
  fitFor(kind: keyof Fits): RouterModel {
    const fit = this.fits[kind];
    return this.learned && !holdsForApi(this.learned.report, this.deps.apiModel()) ? forAnotherApi(fit) : fit;
  }

  /** The model for what serves now, and with it the couplings: of what was fitted, those that hold for it. */
  current(): CurrentModel {
    const { learned, deps } = this;
    const shipped = deps.shipped();
    const own = deps.specialistFolder;
    const current = own === undefined ? baseAlone(shipped) : currentModel(own, shipped);
    const aside = deps.isOff() ? undefined : current.setAside;
    this.waits = aside?.code === 'other-base';
    if (aside?.code === 'mismatched') this.outdate(aside.message);
    const alone = learned !== undefined && holdsAlone(learned.report, shipped.tokenizer);
    const both = learned !== undefined && holdsMixed(learned.report, current, shipped);
    if (learned && !alone) this.outdate('what was adapted to it was made with another tokenizer, and is not used.');
    const none = defaultFits();
    this.fits = { ngram: alone ? learned.fits.ngram : none.ngram, mixed: both ? learned.fits.mixed : none.mixed };
    return current;
  }

  /**
   * What an earlier session left.
   * @returns what keeps its coupling from being used, for the user
   */
  restore(row: { readonly report: string; readonly coupling: string; readonly finishedAt: number } | undefined) {
    const report = row && storedReport(row.report);
    const fit = row && storedFit(row.coupling);
    if (row && report) {
      if (fit?.ok) this.learned = { fits: fitsOf(fit.value, report), report };
      this.reported = { report, finishedAt: row.finishedAt };
    }
    this.current();
    return fit && !fit.ok ? fit.error.message : undefined;
  }

  /** A run has just ended: whatever is still set aside, the user has done what there is to do. */
  learn(report: AdaptReport, finishedAt: number, fit: RouterModel): void {
    this.learned = { fits: fitsOf(fit, report), report };
    this.reported = { report, finishedAt };
    this.current();
    this.outdated = false;
  }

  forget(): void {
    this.learned = undefined;
    this.fits = defaultFits();
    this.reported = undefined;
    this.outdated = false;
  }

  private outdate(why: string): void {
    if (this.outdated) return;
    this.outdated = true;
    this.deps.onOutdated(why);
  }
}

/** A run with a neural part fits its coupling on mixed drafts, and beside it one for those that the n-grams make alone. */
function fitsOf(fit: RouterModel, { neural }: AdaptReport): Fits {
  if (!neural) return { ...defaultFits(), ngram: fit };
  const alone = parseFit(neural.ngramCoupling);
  return { ngram: alone.ok ? alone.value : defaultFit(), mixed: fit };
}
