// The specialist as it ships, with what a list of members can change: candidates with a member that does not exist fall
// behind, and members are scored by the mixture.
import { dirname } from 'node:path';
import type { CompletionQuery, Draft, DraftOptions } from '../../src/common/completion.ts';
import { remainingBytes } from '../../src/neural/inference/healing.ts';
import { LanguageModel } from '../../src/neural/inference/language-model.ts';
import { MixtureSpecialist, type PromptedQuery } from '../../src/specialist/decoding/mixture-specialist.ts';
import { REST_ENTRIES } from '../../src/specialist/decoding/search.ts';
import { readMixWeights } from '../../src/specialist/decoding/weights.ts';
import { chooseLine, writeDraft } from '../../src/specialist/decoding/write-draft.ts';
import type { NgramModel } from '../../src/specialist/ngram/model.ts';
import { draftBySyntax } from '../../src/text/syntax/parsing.ts';
import type { CheckedName, NameCheck } from '../../src/workspace/symbols/check-names.ts';

/** What the members of a line are, beside its other names. */
export type CheckMembers = (line: string) => Promise<readonly CheckedName[]>;

/** Names are not followed to a token that is less probable. */
const LEAST = 1e-4;

export class MemberSpecialist extends MixtureSpecialist {
  dispose: () => Promise<void> = async () => {};

  static async load(model: string, tokenizer: string, ngram: () => NgramModel): Promise<MemberSpecialist> {
    const language = await LanguageModel.load({ model, tokenizer, precision: 'auto', threads: 1 });
    const weights = readMixWeights([model, dirname(tokenizer)]);
    return Object.assign(new MemberSpecialist('base', language, ngram, weights, { dialect: language.dialect }), {
      dispose: () => language.dispose(),
    });
  }

  /** Drafts from the same candidates: as the product's, and one for each check of members. */
  async drafts<K extends string>(
    query: CompletionQuery,
    options: DraftOptions,
    checks: Readonly<Record<K, CheckMembers>>,
  ): Promise<Record<K | 'shipped', Draft>> {
    const { model, ranking } = { model: 'base + n-gram', ranking: this.weights.ranking };
    const written: Partial<Record<string, Draft>> = {};
    await draftBySyntax(query, options, async (adjusted, parser) =>
      this.withPrompt(query, adjusted.maxTokens, undefined, async (prompted) => {
        const hypotheses = await this.linesAt(prompted);
        const names = parser && prompted.ngram.namesAt(query, parser);
        const lines = chooseLine(prompted, hypotheses).candidates.map(({ text }) => text);
        const write = async (of: NameCheck | undefined): Promise<Draft> => {
          const at = { model, ranking, names: of };
          return { ...(await writeDraft(prompted, hypotheses, adjusted, at, async () => undefined)), latencyMs: 0 };
        };
        for (const [variant, check] of Object.entries<CheckMembers>(checks)) {
          const members = new Map<string, readonly CheckedName[]>();
          for (const line of lines) members.set(line, await check(line));
          const both = (line: string) => [...(names?.check(line) ?? []), ...(members.get(line) ?? [])];
          written[variant] = await write(names && Object.assign(Object.create(names) as NameCheck, { check: both }));
        }
        const shipped = await write(names);
        written.shipped = shipped;
        return shipped;
      }),
    );
    return written as Record<K | 'shipped', Draft>;
  }

  /** Probability of each name behind the query's dot, as the beginning of the text. */
  probabilities(query: CompletionQuery, names: readonly string[]): Promise<number[]> {
    return this.withPrompt(query, 40, undefined, (prompted) => scoreNames(prompted, names));
  }
}

async function scoreNames(
  { ngram, position, root, mixer }: PromptedQuery,
  names: readonly string[],
): Promise<number[]> {
  const { vocabulary } = ngram;
  const { tokenizer } = vocabulary;
  const { own } = position;
  const { branches } = root;
  const spelled = names.map((name) => [...tokenizer.encode(vocabulary.decode(own.healed) + name)]);
  const cursor = own.before.length;
  const context = new Int32Array(cursor + Math.max(0, ...spelled.map(({ length }) => length)) + REST_ENTRIES);
  context.set(own.before);
  const first = new Map<number, number>();
  const prediction = mixer.predict(context, cursor, own.healed, root.logits, 0, true);
  for (const token of spelled.map((tokens) => tokens[0] as number))
    first.set(token, mixer.probabilityOf(token, prediction, root.logits, 0).mixed);
  const scores: number[] = [];
  for (const tokens of spelled) {
    let score = first.get(tokens[0] as number) as number;
    let healed = remainingBytes(own.healed, tokenizer.bytesOf(tokens[0] as number));
    context[cursor] = tokens[0] as number;
    for (let at = 1; at < tokens.length && score >= LEAST; at++) {
      const token = tokens[at] as number;
      const [logits] = (await branches.run([tokens.slice(0, at)])) as [Float32Array];
      const next = mixer.predict(context, cursor + at, healed, logits, 0, false);
      score *= mixer.probabilityOf(token, next, logits, 0).mixed;
      context[cursor + at] = token;
      healed = remainingBytes(healed, tokenizer.bytesOf(token));
    }
    // Paths of earlier names may be dropped.
    branches.settle();
    scores.push(score);
  }
  return scores;
}
