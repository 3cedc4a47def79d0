// Wraps a large model with a spending limit for one run, in addition to the monthly limit.
import { failed, type Result } from '../common/errors.ts';
import { dollars } from './budget.ts';
import type { Prompt } from './protocol/prompt.ts';
import type { LlmAnswer, LlmClient } from './types.ts';

type Asked = Pick<LlmClient, 'ask' | 'prepare' | 'facts' | 'knows' | 'estimateUsd' | 'ceilingUsd'>;

export class WithinRun implements Asked {
  private readonly llm: Asked;
  private readonly limitUsd: number;
  /** Cost of complete and incomplete answers, and the maximum cost of in-flight calls. */
  private spentUsd = 0;
  private heldUsd = 0;

  constructor(llm: Asked, limitUsd: number) {
    this.llm = llm;
    this.limitUsd = limitUsd;
  }

  get facts(): LlmClient['facts'] {
    return this.llm.facts;
  }

  knows(prompt: Prompt): boolean {
    return this.llm.knows?.(prompt) ?? false;
  }

  estimateUsd(prompt: Prompt): number {
    return this.llm.estimateUsd(prompt);
  }

  ceilingUsd(prompt: Prompt): number {
    return this.llm.ceilingUsd(prompt);
  }

  async prepare(...asked: Parameters<NonNullable<LlmClient['prepare']>>): Promise<Result<true>> {
    return (await this.llm.prepare?.(...asked)) ?? { ok: true, value: true };
  }

  async ask(
    prompt: Prompt,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
    onLost?: (paid: LlmAnswer) => void,
  ): Promise<Result<LlmAnswer>> {
    const usd = this.knows(prompt) ? 0 : this.ceilingUsd(prompt);
    if (usd > 0 && this.spentUsd + this.heldUsd + usd > this.limitUsd) return failed('over-budget', this.wording(usd));
    this.heldUsd += usd;
    try {
      const answer = await this.llm.ask(prompt, signal, onText, (lost) => {
        this.spentUsd += lost.costUsd;
        onLost?.(lost);
      });
      if (answer.ok) this.spentUsd += answer.value.costUsd;
      return answer;
    } finally {
      this.heldUsd -= usd;
    }
  }

  private wording(usd: number): string {
    return (
      `The limit of ${dollars(this.limitUsd)} for this run is reached: ${dollars(this.spentUsd + this.heldUsd)} is spent or set aside, ` +
      `and the next question may cost up to ${dollars(usd)}. Run it again to go on from here, or raise the limit (--run-budget).`
    );
  }
}
