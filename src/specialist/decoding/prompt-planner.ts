// Plans the neural model's prompt so that it changes little from keystroke to keystroke. The cache then holds all
// tokens except the newest. prompts/completion/prompt-form.ts writes the prompt.
import type { CompletionQuery, Snippet, SnippetOptions } from '../../common/completion.ts';
import type { Dialect } from '../../neural/models/manifest.ts';
import {
  LONG_PROMPT_SNIPPETS,
  newPromptTokens,
  PROMPT_LIMITS,
  PROMPT_SNIPPETS,
  PromptForm,
  type PromptLimits,
} from '../../prompts/completion/prompt-form.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';

interface Plan {
  readonly form: PromptForm;
  readonly path: string;
  /** Tokens of snippets, file name and suffix. */
  readonly head: readonly number[];
  readonly suffix: readonly number[];
  /** Index of the prefix's first token among the file's tokens. */
  readonly start: number;
  /** The first tokens of the prefix. */
  readonly firstTokens: readonly number[];
  readonly snippets: readonly Snippet[];
  /** Tokens of the prefix when it was last written. If the suffix follows it, tokens typed later follow the suffix. */
  prefix: readonly number[];
  /** Length of the prefix, in tokens, when its snippets were last chosen or confirmed. */
  chosenAt: number;
  /** Paths of files that changed since then. */
  readonly changedPaths: Set<string>;
}

/** Tokens that are compared to see whether a prefix still begins in the same way. */
const COMPARED_TOKENS = 12;
/**
 * Snippets are chosen again when a prefix is twice as long as before, plus this many tokens. The first choice in a new
 * file is based on little text.
 */
const GROWTH = 4;
/**
 * Maximum number of typed tokens after the suffix, in a dialect with the suffix after the prefix. A keystroke then runs
 * only these tokens, and not the suffix again.
 */
const MAX_TYPED_AFTER_SUFFIX = 24;
/** Number of plans that are kept, because the user moves between a few positions. */
const MAX_PLANS = 4;

export class PromptPlanner {
  private readonly standard: PromptForm;
  private readonly long: PromptForm | undefined;
  private plans: Plan[] = [];

  /**
   * Throws CodedError 'unsupported' if the tokenizer lacks a token of the dialect.
   * @param long limits of long prompts; absent: none is long
   */
  constructor({ tokenizer }: Vocabulary, limits: PromptLimits = PROMPT_LIMITS, dialect?: Dialect, long?: PromptLimits) {
    this.standard = new PromptForm(tokenizer, limits, dialect);
    this.long = long && new PromptForm(tokenizer, long, dialect);
  }

  /** Tokens of the longest prompt at a new position; undefined: no prompt is long. */
  get longTokens(): number | undefined {
    return this.long && newPromptTokens(this.long.limits);
  }

  /** A file of the index has changed. Prompts for a cursor in that file contain its new text in any case. */
  noteChange(path: string): void {
    for (const plan of this.plans) if (plan.path !== path) plan.changedPaths.add(path);
  }

  /**
   * Token ids of the prompt. The prefix's tokens are those of `own`, up to where healing moved the cursor back.
   * @param own the file with the cursor
   * @param snippets called only if the prompt may need new snippets
   * @param isLong whether the prompt may be long, if there are limits for long ones
   */
  plan(
    query: CompletionQuery,
    own: OwnFile,
    snippets: (options: SnippetOptions) => readonly Snippet[],
    isLong = false,
  ): number[] {
    const form = (isLong && this.long) || this.standard;
    const suffix = form.suffix(query.suffix, undefined, own.after);
    const reusable = this.plans.find((plan) => plan.form === form && canReuse(plan, query.path, suffix, own));
    let foundSnippets: readonly Snippet[] | undefined;
    // Finds the snippets at most once.
    const snippetsOnce = () =>
      (foundSnippets ??= snippets(form === this.long ? LONG_PROMPT_SNIPPETS : PROMPT_SNIPPETS));
    const plan =
      reusable && isUpToDate(reusable, own, snippetsOnce)
        ? reusable
        : newPlan(form, query.path, suffix, own, snippetsOnce());
    this.plans = [plan, ...this.plans.filter((each) => each !== reusable)].slice(0, MAX_PLANS);
    const tail = form.tail(suffix);
    const prefix = own.context.subarray(plan.start, own.contextLength);
    if (tail.length === 0) return [...plan.head, ...prefix];
    const { length } = plan.prefix;
    // Whether the typed tokens can follow the suffix.
    const fitsAfterSuffix =
      prefix.length >= length &&
      prefix.length - length <= MAX_TYPED_AFTER_SUFFIX &&
      plan.prefix.every((id, i) => prefix[i] === id);
    if (!fitsAfterSuffix) plan.prefix = [...prefix];
    return [...plan.head, ...plan.prefix, ...tail, ...prefix.subarray(plan.prefix.length)];
  }
}

function canReuse(plan: Plan, path: string, suffix: readonly number[], { context, contextLength }: OwnFile): boolean {
  const { limits } = plan.form;
  if (plan.path !== path || contextLength - plan.start > limits.maxGrownPrefix || contextLength < plan.start)
    return false;
  if (plan.suffix.length !== suffix.length || suffix.some((id, i) => plan.suffix[i] !== id)) return false;
  const compared = Math.min(plan.firstTokens.length, contextLength - plan.start);
  for (let i = 0; i < compared; i++) if (context[plan.start + i] !== plan.firstTokens[i]) return false;
  // If the cursor moved far up, the old start would leave little text before it, although more fits.
  return plan.start === 0 || contextLength - plan.start >= limits.prefix / 2;
}

function newPlan(
  form: PromptForm,
  path: string,
  suffix: readonly number[],
  { context, contextLength }: OwnFile,
  snippets: readonly Snippet[],
): Plan {
  const start = form.prefixStart(context, contextLength);
  return {
    form,
    path,
    head: form.head(path, snippets, suffix),
    suffix,
    start,
    firstTokens: [...context.subarray(start, Math.min(start + COMPARED_TOKENS, contextLength))],
    snippets,
    prefix: [...context.subarray(start, contextLength)],
    chosenAt: contextLength - start,
    changedPaths: new Set(),
  };
}

/**
 * False if a snippet in the prompt, or one that would be chosen now, is from a changed file. Also false if another
 * snippet would be chosen for the text typed since.
 */
function isUpToDate(plan: Plan, { contextLength }: OwnFile, snippets: () => readonly Snippet[]): boolean {
  const { changedPaths } = plan;
  const length = contextLength - plan.start;
  const hasGrown = length >= 2 * plan.chosenAt + GROWTH;
  if (changedPaths.size === 0 && !hasGrown) return true;
  const currentSnippets = snippets();
  if ([...plan.snippets, ...currentSnippets].some(({ path }) => changedPaths.has(path))) return false;
  const isShown = ({ path, text }: Snippet) => plan.snippets.some((each) => each.path === path && each.text === text);
  if (hasGrown && !currentSnippets.every(isShown)) return false;
  changedPaths.clear();
  if (hasGrown) plan.chosenAt = length;
  return true;
}
