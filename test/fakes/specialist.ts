// A fake specialist that answers by a script, for tests of its callers.
import {
  type CompletionQuery,
  type Draft,
  type DraftOptions,
  type DraftToken,
  NGRAM_MODEL,
  type Snippet,
  type SnippetOptions,
  type Specialist,
} from '../../src/common/completion.ts';
import { unlessAborted } from './signal.ts';

/** A draft of the n-grams with these tokens. @param beyond the tokens of its continuation; empty: it has none */
export function draftOf(pieces: readonly string[], beyond: readonly string[] = [], over: Partial<Draft> = {}): Draft {
  const tokensOf = (texts: readonly string[]) =>
    texts.map((text): DraftToken => {
      return { text, probability: 0.9, margin: 0.5, entropy: 0.5, matchLength: 3, count: 2, tier: 'project' };
    });
  const line = { text: pieces.join(''), tokens: tokensOf(pieces), model: NGRAM_MODEL, complete: true, latencyMs: 1 };
  const continuation = { text: beyond.join(''), tokens: tokensOf(beyond) };
  return { ...line, ...(beyond.length > 0 && { continuation }), ...over };
}

/** A draft with plausible per-token facts; `probability` is that of every token. */
export function draft(text: string, probability = 0.9, over: Partial<Draft> = {}): Draft {
  const tokens = (text.match(/\w+|\s+|[^\w\s]/g) ?? []).map(
    (piece): DraftToken => ({
      text: piece,
      probability,
      margin: Math.max(0, 2 * probability - 1),
      entropy: -Math.log(Math.max(probability, 1e-6)),
      matchLength: Math.round(probability * 12),
      count: Math.max(1, Math.round(probability * 5)),
      tier: 'project',
    }),
  );
  return { text, tokens, model: 'base + n-gram', complete: true, latencyMs: 2, ...over };
}

/** A draft, its text (of the n-grams, probability 0.9), nothing, or a promise of one (to keep the request open). */
export type DraftReply = string | Draft | undefined | Promise<string | Draft | undefined>;
export type SpecialistScript = (query: CompletionQuery, options: DraftOptions, call: number) => DraftReply;

export class ScriptedSpecialist implements Specialist {
  readonly name: string;
  readonly queries: CompletionQuery[] = [];
  readonly openFiles = new Map<string, string>();
  cancelled = 0;
  snippetsToGive: readonly Snippet[] = [];
  private readonly script: SpecialistScript;

  constructor(script: string | Draft | SpecialistScript = 'scripted()', name = 'n-gram') {
    this.script = typeof script === 'function' ? script : () => script;
    this.name = name;
  }

  async complete(query: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Draft | undefined> {
    signal.throwIfAborted();
    const call = this.queries.push(query) - 1;
    const reply = await unlessAborted(this.script(query, options, call), signal, () => this.cancelled++);
    return typeof reply === 'string' ? draft(reply, 0.9, { model: NGRAM_MODEL, knownNames: true }) : reply;
  }

  async snippets(_query: CompletionQuery, options: SnippetOptions, signal: AbortSignal): Promise<readonly Snippet[]> {
    signal.throwIfAborted();
    return this.snippetsToGive.slice(0, options.maxSnippets);
  }

  setOpenFile(path: string, text: string | undefined): void {
    if (text === undefined) this.openFiles.delete(path);
    else this.openFiles.set(path, text);
  }
}
