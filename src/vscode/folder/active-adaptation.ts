// The results of a folder's last adaptation: its report, and the fitted router models that apply to the models in use.
import { baseAlone, type CurrentModel, currentModel, type Shipped } from '../../adapt/models/folder-models.ts';
import { routerFitsApi, routerFitsMixed, routerFitsNgrams } from '../../adapt/models/served.ts';
import { type AdaptReport, storedReport, storedRouter } from '../../adapt/report/adapt-report.ts';
import { Part } from '../../common/disposable.ts';
import { defaultRouter, withoutApiFit } from '../../routing/fit.ts';
import { parseRouter, type RouterModel } from '../../routing/router-model.ts';

export interface StoredAdaptation {
  readonly report: AdaptReport;
  readonly finishedAt: number;
}

/** Why a stored adaptation is not used: it was made for an earlier version of the base model, or for another one. */
export type UnusedReason = 'earlier-base' | 'other-base';

export interface ActiveAdaptationDeps {
  /** Folder of the models; undefined for documents outside all folders. */
  readonly specialistFolder: string | undefined;
  readonly shipped: () => Shipped;
  /** The current large model. */
  readonly apiModel: () => string;
  /** Whether the neural model is switched off. An unused adapted model is then not reported. */
  readonly isNeuralOff: () => boolean;
  /** Called if the adaptation is not used and the user should adapt again. Once until the next adaptation. */
  readonly onOutdated: (reason: string) => void;
}

/** A router model per kind of draft: by the n-grams alone, and by both models. */
interface Fits {
  readonly ngram: RouterModel;
  readonly mixed: RouterModel;
}

const defaultFits = (): Fits => ({ ngram: defaultRouter(), mixed: defaultRouter() });

export class ActiveAdaptation extends Part<ActiveAdaptationDeps> {
  private fits: Fits = defaultFits();
  /** The fitted router models, even if they do not apply now. */
  private fitted: { readonly fits: Fits; readonly report: AdaptReport } | undefined;
  private stored: StoredAdaptation | undefined;
  private isOutdated = false;
  private isForOtherBase = false;

  get latest(): StoredAdaptation | undefined {
    return this.stored;
  }

  /** Why the adaptation is not used; undefined if it is used or there is none. */
  get unusedBecause(): UnusedReason | undefined {
    if (this.isOutdated) return 'earlier-base';
    return this.isForOtherBase ? 'other-base' : undefined;
  }

  /** The router for this kind of draft. Estimates of one large model do not apply to another. */
  fitFor(kind: keyof Fits): RouterModel {
    const fit = this.fits[kind];
    return this.fitted && !routerFitsApi(this.fitted.report, this.deps.apiModel()) ? withoutApiFit(fit) : fit;
  }

  /** Selects the model to use and the router models that apply to it. */
  current(): CurrentModel {
    const { fitted, deps } = this;
    const shipped = deps.shipped();
    const { specialistFolder } = deps;
    const current = specialistFolder === undefined ? baseAlone(shipped) : currentModel(specialistFolder, shipped);
    const unused = deps.isNeuralOff() ? undefined : current.setAside;
    this.isForOtherBase = unused?.code === 'other-base';
    if (unused?.code === 'mismatched') this.reportOutdated(unused.message);
    const ngramApplies = fitted !== undefined && routerFitsNgrams(fitted.report, shipped.tokenizer);
    const mixedApplies = fitted !== undefined && routerFitsMixed(fitted.report, current, shipped);
    if (fitted && !ngramApplies) this.reportOutdated('the adaptation was made with another tokenizer and is not used.');
    const defaults = defaultFits();
    this.fits = {
      ngram: ngramApplies ? fitted.fits.ngram : defaults.ngram,
      mixed: mixedApplies ? fitted.fits.mixed : defaults.mixed,
    };
    return current;
  }

  /**
   * Loads the results of an earlier session.
   * @returns why its router model or an ignore file could not be used, for the user
   */
  restore(row: { readonly report: string; readonly router: string; readonly finishedAt: number } | undefined) {
    const report = row && storedReport(row.report);
    const fit = row && storedRouter(row.router);
    if (row && report) {
      if (fit?.ok) this.fitted = { fits: fitsOf(fit.value, report), report };
      this.stored = { report, finishedAt: row.finishedAt };
    }
    this.current();
    return fit && !fit.ok ? fit.error.message : report?.harvest.faults?.join(' ') || undefined;
  }

  /** Call after a run: the new adaptation is in use. */
  adopt(report: AdaptReport, finishedAt: number, fit: RouterModel): void {
    this.fitted = { fits: fitsOf(fit, report), report };
    this.stored = { report, finishedAt };
    this.current();
    this.isOutdated = false;
  }

  private reportOutdated(reason: string): void {
    if (this.isOutdated) return;
    this.isOutdated = true;
    this.deps.onOutdated(reason);
  }
}

/** A run with a neural model fits one router model on mixed drafts and one on drafts of the n-grams alone. */
function fitsOf(fit: RouterModel, { neural }: AdaptReport): Fits {
  if (!neural) return { ...defaultFits(), ngram: fit };
  const ngram = parseRouter(neural.ngramRouter);
  return { ngram: ngram.ok ? ngram.value : defaultRouter(), mixed: fit };
}
