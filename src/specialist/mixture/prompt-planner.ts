// The neural model's prompt from keystroke to keystroke: the form is tasks/completion/'s, and what stands before the newest tokens stays as it was.
import type { CompletionQuery, Snippet } from '../../common/completion.ts';
import type { Dialect } from '../../neural/models/dialects.ts';
import { PROMPT_LIMITS, PromptForm, type PromptLimits } from '../../prompts/completion/prompt-form.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';

interface Plan {
  readonly path: string;
  /** Snippets, file name, suffix. */
  readonly head: readonly number[];
  readonly suffix: readonly number[];
  /** First token of the prefix, as an index into the file's tokens, and that token and the ones after it. */
  readonly start: number;
  readonly opening: readonly number[];
  readonly snippets: readonly Snippet[];
  /** Tokens of its prefix when its snippets were chosen, or found to be still the right ones; and files that have changed since. */
  chosenAt: number;
  readonly changed: Set<string>;
}

/** Tokens that tell whether a prefix still begins where it did. */
const OPENING = 12;
/** Where a prefix has doubled, and grown by so many tokens, other snippets may fit it: in a new file the first are chosen by nothing. */
const GROWTH = 4;
/** Plans kept: the user goes to and fro between a few places. */
const PLANS = 4;

export class PromptPlanner {
  private readonly form: PromptForm;
  private plans: Plan[] = [];

  /** Throws CodedError 'unsupported' where the tokenizer lacks a token of the form. */
  constructor({ tokenizer }: Vocabulary, limits: PromptLimits = PROMPT_LIMITS, dialect?: Dialect) {
    this.form = new PromptForm(tokenizer, limits, dialect);
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
    const kept = this.plans.find((plan) => this.serves(plan, query.path, suffix, own));
    let made: readonly Snippet[] | undefined;
    const once = () => (made ??= snippets());
    const plan = kept && isUpToDate(kept, own, once) ? kept : this.fresh(query.path, suffix, own, once());
    this.plans = [plan, ...this.plans.filter((each) => each !== kept)].slice(0, PLANS);
    return [...plan.head, ...own.context.subarray(plan.start, own.contextLength), ...this.form.tail(suffix)];
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

  private fresh(path: string, suffix: readonly number[], own: OwnFile, snippets: readonly Snippet[]): Plan {
    const { context, contextLength } = own;
    const start = this.form.prefixStart(context, contextLength);
    return {
      path,
      head: this.form.head(path, snippets, suffix),
      suffix,
      start,
      opening: [...context.subarray(start, Math.min(start + OPENING, contextLength))],
      snippets,
      chosenAt: contextLength - start,
      changed: new Set(),
    };
  }
}

/** Not where its snippets, or those that would be chosen now, are of files that have changed since; nor where there is one for what was typed since. */
function isUpToDate(plan: Plan, { contextLength }: OwnFile, snippets: () => readonly Snippet[]): boolean {
  const { changed } = plan;
  const length = contextLength - plan.start;
  const grown = length >= 2 * plan.chosenAt + GROWTH;
  if (changed.size === 0 && !grown) return true;
  const now = snippets();
  if ([...plan.snippets, ...now].some(({ path }) => changed.has(path))) return false;
  const isShown = ({ path, text }: Snippet) => plan.snippets.some((each) => each.path === path && each.text === text);
  if (grown && !now.every(isShown)) return false;
  changed.clear();
  if (grown) plan.chosenAt = length;
  return true;
}
