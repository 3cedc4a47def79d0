// A base alone, its likeliest token each time: text in, text out. The product never asks it so; it shows what a base brings to the mixture.

import { CodedError, unwrap } from '../../../src/common/errors.ts';
import { LanguageModel, type LanguageModelOptions } from '../../../src/neural/inference/language-model.ts';
import { readManifest } from '../../../src/neural/models/manifest.ts';
import { type Generated, type GenerateRequest, generate } from './generate.ts';

/** A prompt: token ids, text, and special tokens by name ('<|file|>'). */
export type PromptPart = number | string | { readonly special: string };

export interface TextRequest extends Omit<GenerateRequest, 'prompt' | 'stops'> {
  /** The text ends before any special token: what follows one is another file, or no text. */
  readonly prompt: readonly PromptPart[];
}

export interface Completed extends Generated {
  /** From the request to its first token; NaN where there was none. */
  readonly firstMs: number;
}

export class Alone {
  private readonly language: LanguageModel;
  private readonly stops: ReadonlySet<number>;

  private constructor(language: LanguageModel, stops: ReadonlySet<number>) {
    this.language = language;
    this.stops = stops;
  }

  /** Throws as Language.load does. */
  static async load(options: LanguageModelOptions): Promise<Alone> {
    const language = await LanguageModel.load(options);
    const { network, tokenizer } = language;
    // Ids that the model has and the tokenizer does not know count too.
    const special = Array.from({ length: network.config.vocabSize }, (_, id) => id).filter(
      (id) => id >= tokenizer.vocabularySize || tokenizer.bytesOf(id).length === 0,
    );
    const named = unwrap(readManifest(options.model))?.stop ?? [];
    return new Alone(language, new Set([...special, ...named.flatMap((name) => tokenizer.special(name) ?? [])]));
  }

  async complete({ prompt, ...rest }: TextRequest): Promise<Completed> {
    const { network, prefixes, tokenizer } = this.language;
    const started = performance.now();
    const ids = prompt.flatMap((part) => {
      if (typeof part === 'number') return [part];
      return typeof part === 'string' ? [...tokenizer.encode(part)] : [this.special(part.special)];
    });
    let firstMs = Number.NaN;
    const request = { ...rest, prompt: ids, stops: this.stops };
    const generated = await generate(network, prefixes, tokenizer, request, () => {
      if (Number.isNaN(firstMs)) firstMs = performance.now() - started;
    });
    return { ...generated, firstMs };
  }

  private special(name: string): number {
    const id = this.language.tokenizer.special(name);
    if (id === undefined) throw new CodedError('bad-request', `The tokenizer has no special token '${name}'.`);
    return id;
  }

  dispose(): Promise<void> {
    return this.language.dispose();
  }
}
