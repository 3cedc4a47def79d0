// The neural model's prompt from keystroke to keystroke: the form is tasks/completion/'s, and what stands before the newest tokens stays as it was.
import type { CompletionQuery, Snippet } from '../common/completion.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';
import { PROMPT_LIMITS, PromptForm, type PromptLimits } from '../tasks/completion/prompt-form.ts';

interface Plan {
  readonly path: string;
  /** Snippets, file name, suffix. */
  readonly head: readonly number[];
  readonly suffix: readonly number[];
  /** First token of the prefix, as an index into the file's tokens, and that token and the ones after it. */
  readonly start: number;
  readonly opening: readonly number[];
  /** Files that its snippets are of. */
  readonly shown: ReadonlySet<string>;
  /** Files that have changed since it was made, or was last seen to need none of them. */
  readonly changed: Set<string>;
}

/** Tokens that tell whether a prefix still begins where it did. */
const OPENING = 12;
/** Plans kept: the user goes to and fro between a few places. */
const PLANS = 4;

export class PromptPlanner {
  private readonly form: PromptForm;
  private plans: Plan[] = [];

  /** Throws CodedError 'unsupported' where the tokenizer lacks a token of the form. */
  constructor({ tokenizer }: Vocabulary, limits: PromptLimits = PROMPT_LIMITS) {
    this.form = new PromptForm(tokenizer, limits);
  }

  /** A file of the index is another one now. Prompts in it have its text anyway. */
  changed(path: string): void {
    for (const plan of this.plans) if (plan.path !== path) plan.changed.add(path);
  }

  /**
   * Token ids of the prompt; those of the prefix are `own`'s, up to the healed cursor.
   * @param snippets asked for only where a new prompt is made, or may have to be
   */
  plan(query: CompletionQuery, own: OwnFile, snippets: () => readonly Snippet[]): number[] {
    const suffix = this.form.suffix(query.suffix, undefined, own.after);
    let at = this.plans.findIndex((plan) => this.serves(plan, query.path, suffix, own));
    const news = this.plans[at]?.changed.size ? snippets() : undefined;
    if (news && this.isOutdated(this.plans[at] as Plan, news)) {
      this.plans.splice(at, 1);
      at = -1;
    }
    if (at < 0) {
      this.plans.unshift(this.fresh(query.path, suffix, own, news ?? snippets()));
      this.plans.length = Math.min(PLANS, this.plans.length);
      at = 0;
    }
    const [plan] = this.plans.splice(at, 1) as [Plan];
    this.plans.unshift(plan);
    return [...plan.head, ...own.context.subarray(plan.start, own.contextLength)];
  }

  private serves(plan: Plan, path: string, suffix: readonly number[], { context, contextLength }: OwnFile): boolean {
    const { limits } = this.form;
    if (plan.path !== path || contextLength - plan.start > limits.grown || contextLength < plan.start) return false;
    if (plan.suffix.length !== suffix.length || suffix.some((id, i) => plan.suffix[i] !== id)) return false;
    const seen = Math.min(plan.opening.length, contextLength - plan.start);
    for (let i = 0; i < seen; i++) if (context[plan.start + i] !== plan.opening[i]) return false;
    // Far above the old cursor the prompt would hold less than there is to tell.
    return plan.start === 0 || contextLength - plan.start >= limits.prefix / 2;
  }

  /** Its snippets are of files that have changed since, or those that would be chosen now are. */
  private isOutdated({ shown, changed }: Plan, now: readonly Snippet[]): boolean {
    const outdated = [...shown, ...now.map(({ path }) => path)].some((path) => changed.has(path));
    changed.clear();
    return outdated;
  }

  private fresh(path: string, suffix: readonly number[], own: OwnFile, snippets: readonly Snippet[]): Plan {
    const { context, contextLength } = own;
    const start = this.form.prefixStart(context, contextLength);
    return {
      path,
      head: this.form.head(path, snippets, suffix),
      suffix,
      start,
      opening: [...context.subarray(start, Math.min(start + OPENING, contextLength))],
      shown: new Set(snippets.map((snippet) => snippet.path)),
      changed: new Set(),
    };
  }
}
