// The next-token distribution after a context, from all tiers at once.

import { EditedLines } from './edited-lines.ts';
import { Evidence } from './evidence.ts';
import { Mixture, type MixtureWeights, occurrenceWeights, type Unigrams } from './mixture.ts';
import type { Overlay } from './overlay.ts';
import type { OwnFile } from './own-file.ts';
import type { LookupScope, ProjectIndex } from './project-index.ts';
import type { Vocabulary } from './vocabulary.ts';

export class Predictor {
  readonly evidence: Evidence;
  readonly mixture: Mixture;
  readonly unigrams: Unigrams;
  readonly edited: EditedLines;
  private readonly project: ProjectIndex;
  private readonly overlay: Overlay;
  private readonly own: OwnFile;
  private readonly vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary, project: ProjectIndex, overlay: Overlay, own: OwnFile, weights: MixtureWeights) {
    this.vocabulary = vocabulary;
    this.project = project;
    this.overlay = overlay;
    this.own = own;
    this.evidence = new Evidence(vocabulary.size, occurrenceWeights(weights));
    this.mixture = new Mixture(weights);
    this.edited = new EditedLines(vocabulary);
    const uniform = 1 / vocabulary.size;
    const tokens = Math.max(1, project.tokenCount);
    this.unigrams = {
      own: (token) => own.unigram(token),
      project: (token) => project.countOf(token) / tokens,
      uniform,
    };
  }

  /** Fills `evidence` and `mixture` for context[0, end). @param target see `Evidence.reset` */
  predict(context: Int32Array, end: number, scope: LookupScope, path: string, target = -1): void {
    this.evidence.reset(target);
    this.project.collect(context, end, this.evidence, scope);
    this.overlay.collect(context, end, this.evidence, scope, path);
    this.own.index.collectOwn(context, end, this.evidence, scope);
    this.edited.collect(context, end, this.evidence, scope, path);
    this.mixture.prepare(this.evidence, this.tokensInLine(context, end));
    this.mixture.compute(this.evidence, this.unigrams);
  }

  probabilityOf(token: number): number {
    return this.mixture.probabilityOf(token, this.evidence, this.unigrams);
  }

  private tokensInLine(context: Int32Array, end: number): number {
    let count = 0;
    while (count < 8 && count < end && this.vocabulary.endsLine[context[end - 1 - count] as number] === 0) count += 1;
    return count;
  }
}
