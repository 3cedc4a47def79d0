// Failures of the large model as one status. An episode begins with the first failure and ends with an answer, a new
// key or a changed setting.
import type { Failure } from '../../common/errors.ts';

export class Problems {
  private problem: Failure | undefined;
  private readonly onChange: () => void;
  private readonly onBadKey: () => void;

  /** @param onBadKey called once per episode, because only the user can fix a bad key */
  constructor(onChange: () => void, onBadKey: () => void) {
    this.onChange = onChange;
    this.onBadKey = onBadKey;
  }

  get current(): Failure | undefined {
    return this.problem;
  }

  /** Cancelled calls and missing permissions do not count as failures. */
  report(problem: Failure): void {
    if (problem.code === 'cancelled' || problem.code === 'no-consent' || problem.code === 'no-key') return;
    const isNew = problem.code !== this.problem?.code;
    this.problem = problem;
    if (isNew && problem.code === 'bad-key') this.onBadKey();
    this.onChange();
  }

  /** Call when the API has answered or its settings have changed. */
  clear(): void {
    if (this.problem === undefined) return;
    this.problem = undefined;
    this.onChange();
  }
}
