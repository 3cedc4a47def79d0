// The instant specialist, synchronous: build, fit, complete, keep. The worker wraps it; the command line calls it.

import type { CompletionQuery, Draft, DraftOptions, DraftToken } from '../common/completion.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { Evidence, places } from './evidence.ts';
import { exampleOf, fitMixture, type MixtureExample } from './fit-mixture.ts';
import { initialMixture, type MixtureWeights } from './mixture.ts';
import { Overlay } from './overlay.ts';
import { firstLineHash, OwnFile } from './own-file.ts';
import { Predictor } from './predictor.ts';
import { type Asking, folderOf, ProjectIndex } from './project-index.ts';
import { LineSearch } from './search.ts';
import { Vocabulary } from './vocabulary.ts';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}
export type NgramWeights = MixtureWeights;

export class NgramModel {
  readonly vocabulary: Vocabulary;
  readonly project: ProjectIndex;
  readonly overlay: Overlay;
  readonly own: OwnFile;
  readonly predictor: Predictor;
  readonly search: LineSearch;
  weights: NgramWeights;
  constructor(vocabulary: Vocabulary, project: ProjectIndex, weights: NgramWeights) {
    this.vocabulary = vocabulary;
    this.project = project;
    this.weights = weights;
    this.overlay = new Overlay(vocabulary, project);
    this.own = new OwnFile(vocabulary);
    this.predictor = new Predictor(vocabulary, project, this.overlay, this.own, weights);
    this.search = new LineSearch(vocabulary, this.predictor, this.own);
  }
  static build(
    files: readonly SourceFile[],
    tokenizer: Tokenizer,
    weights: NgramWeights = initialMixture(),
  ): NgramModel {
    const vocabulary = new Vocabulary(tokenizer);
    const project = ProjectIndex.build(
      files.map((f) => ({ path: f.path, tokens: tokenizer.encode(f.text) })),
      vocabulary,
    );
    return new NgramModel(vocabulary, project, weights);
  }
  hypotheses(query: CompletionQuery, options: DraftOptions) {
    this.overlay.flush(query.path);
    this.project.mask(query.path);
    this.own.load(query, options.maxTokens);
    const asking: Asking = { folder: folderOf(query.path), following: this.own.following };
    return this.search.run(asking, query.path, options.maxTokens);
  }
  textOf(tokens: ArrayLike<number>): string {
    return this.vocabulary.tokenizer.decode(tokens).slice(new TextDecoder().decode(this.own.healed).length);
  }
  complete(query: CompletionQuery, options: DraftOptions): Draft {
    const t0 = performance.now();
    const list = this.hypotheses(query, options);
    const best = list.find((h) => h.steps.length > 0 && this.textOf(h.steps.map((s) => s.token)).trim() !== '');
    const text = best ? this.textOf(best.steps.map((s) => s.token)).trimEnd() : '';
    return {
      text,
      tokens: (best?.steps ?? []).map((s) => ({ ...s, text: '' }) as DraftToken),
      model: 'n-gram',
      complete: best?.finished ?? false,
      latencyMs: performance.now() - t0,
    };
  }
  examples(files: readonly SourceFile[], limit: number): MixtureExample[] {
    const out: MixtureExample[] = [];
    const { vocabulary, own, predictor } = this;
    const all = files.map((f) => ({ path: f.path, tokens: vocabulary.tokenizer.encode(f.text) }));
    const total = all.reduce((s, f) => s + f.tokens.length, 0);
    const keep = Math.min(1, limit / total);
    const uniform = predictor.unigrams.uniform;
    let credit = 0;
    for (const f of all) {
      own.loadWhole(f.tokens);
      const was = this.project.isMasked(f.path);
      this.project.mask(f.path);
      let start = 0;
      while (start < f.tokens.length) {
        let end = start;
        while (end < f.tokens.length && vocabulary.endsLine[f.tokens[end] as number] === 0) end++;
        const stop = Math.min(f.tokens.length, end + 1);
        credit += keep * (stop - start);
        if (credit >= stop - start) {
          credit -= stop - start;
          const asking = {
            folder: folderOf(f.path),
            following: firstLineHash(f.tokens, end, f.tokens.length, vocabulary),
          };
          for (let i = start; i < stop; i++) own.recount(f.tokens[i] as number, -1);
          for (let i = start; i < stop; i++) {
            const token = f.tokens[i] as number;
            own.standAt(i, end);
            predictor.predict(f.tokens, i, asking, f.path, token);
            out.push(
              exampleOf(predictor.evidence, predictor.mixture, [
                own.unigram(token),
                predictor.unigrams.project(token),
                uniform,
              ]),
            );
            own.recount(token, 1);
          }
        }
        start = stop;
      }
      if (!was) this.project.unmask(f.path);
    }
    return out;
  }
  fit(files: readonly SourceFile[]): NgramWeights {
    const fit = fitMixture(this.examples(files, 30000), this.weights);
    this.weights = fit.weights;
    this.predictor.setWeights(fit.weights);
    return fit.weights;
  }
}
