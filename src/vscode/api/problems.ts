// What went wrong with the API, as one quiet status: an episode begins with the first failure and ends with an answer, a new key or a new setting.
import type { ErrorCode } from '../../common/errors.ts';

export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  /** Wall clock, ms: not tried again before. */
  readonly retryAtMs?: number;
}

export class Problems {
  private problem: Problem | undefined;
  private readonly onChange: () => void;
  private readonly onBadKey: () => void;

  /** @param onBadKey called once per episode: the one failure that only the user can mend */
  constructor(onChange: () => void, onBadKey: () => void) {
    this.onChange = onChange;
    this.onBadKey = onBadKey;
  }

  get current(): Problem | undefined {
    return this.problem;
  }

  /** Cancelled calls and missing permissions are no problems of the API. */
  report(problem: Problem): void {
    if (problem.code === 'cancelled' || problem.code === 'no-consent' || problem.code === 'no-key') return;
    const news = problem.code !== this.problem?.code;
    this.problem = problem;
    if (news && problem.code === 'bad-key') this.onBadKey();
    this.onChange();
  }

  /** The API answered, or what it is asked with has changed. */
  clear(): void {
    if (this.problem === undefined) return;
    this.problem = undefined;
    this.onChange();
  }
}
