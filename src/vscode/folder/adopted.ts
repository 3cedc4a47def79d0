// Results of a folder's last adaptation: its report, the fitted router models, and which of them apply to the models in
// use.

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

/** Why an adaptation is stored but not used: it was made for an earlier or another base model. */
export type SetAside = 'earlier' | 'other';

export interface AdoptedDeps {
  /** Undefined for documents outside all folders. */
  readonly specialistFolder: string | undefined;
  readonly shipped: () => Shipped;
  /** The current large model. */
  readonly apiModel: () => string;
  /** The neural model is switched off: an unused one is not reported. */
  readonly isOff: () => boolean;
  /** The adaptation is not used, and the user should adapt again. Called once until the next adaptation. */
  readonly onOutdated: (why: string) => void;
}

/** A router model per kind of draft: by the n-grams alone, and by both models. */
interface Fits {
  readonly ngram: RouterModel;
  readonly mixed: RouterModel;
}

const defaultFits = (): Fits => ({ ngram: defaultFit(), mixed: defaultFit() });

export class Adopted {
  private readonly deps: AdoptedDeps;
  private fits: Fits = defaultFits();
  /** The fitted router models, whether or not they apply now. */
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

  /** Estimates of one large model do not apply to another. */
  fitFor(kind: keyof Fits): RouterModel {
    const fit = this.fits[kind];
    return this.learned && !holdsForApi(this.learned.report, this.deps.apiModel()) ? forAnotherApi(fit) : fit;
  }

  /** Selects the model to use and the router models that apply to it. */
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
   * Loads the results of an earlier session.
   * @returns why its router model cannot be used, for the user
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

  /** After a run: an unused adaptation is no longer reported. */
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

/** A run with a neural model fits one router model on mixed drafts and one on drafts of the n-grams alone. */
function fitsOf(fit: RouterModel, { neural }: AdaptReport): Fits {
  if (!neural) return { ...defaultFits(), ngram: fit };
  const alone = parseFit(neural.ngramCoupling);
  return { ngram: alone.ok ? alone.value : defaultFit(), mixed: fit };
}
