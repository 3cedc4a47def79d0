// A teacher that one run may spend so much on, whatever is left of the month.
import { failed, type Result } from '../common/errors.ts';
import { dollars } from './budget.ts';
import type { Prompt } from './protocol/prompt.ts';
import type { Teacher, TeacherAnswer } from './types.ts';

type Asked = Pick<Teacher, 'ask' | 'prepare' | 'facts' | 'knows' | 'estimateUsd' | 'ceilingUsd'>;

export class WithinRun implements Asked {
  private readonly teacher: Asked;
  private readonly limitUsd: number;
  /** By what was answered or broke off, and what those under way may cost at most. */
  private spentUsd = 0;
  private heldUsd = 0;

  constructor(teacher: Asked, limitUsd: number) {
    this.teacher = teacher;
    this.limitUsd = limitUsd;
  }

  get facts(): Teacher['facts'] {
    return this.teacher.facts;
  }

  knows(prompt: Prompt): boolean {
    return this.teacher.knows?.(prompt) ?? false;
  }

  estimateUsd(prompt: Prompt): number {
    return this.teacher.estimateUsd(prompt);
  }

  ceilingUsd(prompt: Prompt): number {
    return this.teacher.ceilingUsd(prompt);
  }

  async prepare(...asked: Parameters<NonNullable<Teacher['prepare']>>): Promise<Result<true>> {
    return (await this.teacher.prepare?.(...asked)) ?? { ok: true, value: true };
  }

  async ask(
    prompt: Prompt,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
    onLost?: (paid: TeacherAnswer) => void,
  ): Promise<Result<TeacherAnswer>> {
    const usd = this.knows(prompt) ? 0 : this.ceilingUsd(prompt);
    if (usd > 0 && this.spentUsd + this.heldUsd + usd > this.limitUsd) return failed('over-budget', this.wording(usd));
    this.heldUsd += usd;
    try {
      const answer = await this.teacher.ask(prompt, signal, onText, (lost) => {
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
