// Wraps a large model with a spending limit for one run, in addition to the monthly limit.
import { failed, type Result } from '../common/errors.ts';
import { dollars } from './budget.ts';
import type { Prompt } from './protocol/prompt.ts';
import type { LlmAnswer, LlmClient } from './types.ts';

type RunLlm = Pick<LlmClient, 'ask' | 'facts' | 'knows' | 'estimateUsd' | 'ceilingUsd'>;

export class WithinRun implements RunLlm {
  private readonly llm: RunLlm;
  private readonly limitUsd: number;
  /** Cost of complete and incomplete answers, and the maximum cost of in-flight calls. */
  private spentUsd = 0;
  private reservedUsd = 0;

  constructor(llm: RunLlm, limitUsd: number) {
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

  async ask(
    prompt: Prompt,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
    onLost?: (paid: LlmAnswer) => void,
  ): Promise<Result<LlmAnswer>> {
    const usd = this.knows(prompt) ? 0 : this.ceilingUsd(prompt);
    // Also refuses if one of them is NaN.
    if (usd !== 0 && !(this.spentUsd + this.reservedUsd + usd <= this.limitUsd))
      return failed('over-budget', this.limitMessage(usd));
    this.reservedUsd += usd;
    try {
      const answer = await this.llm.ask(prompt, signal, onText, (lost) => {
        this.spentUsd += lost.costUsd;
        onLost?.(lost);
      });
      if (answer.ok) this.spentUsd += answer.value.costUsd;
      return answer;
    } finally {
      this.reservedUsd -= usd;
    }
  }

  private limitMessage(usd: number): string {
    return (
      `The limit of ${dollars(this.limitUsd)} for this run is reached: ${dollars(this.spentUsd + this.reservedUsd)} is spent or reserved, ` +
      `and the next request may cost up to ${dollars(usd)}. Run it again to continue, or raise the limit (--run-budget).`
    );
  }
}
