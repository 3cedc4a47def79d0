// What makes a run resumable: a step whose inputs are unchanged returns its stored output. So a killed run resumes at
// its first unfinished step, and a second run repeats nothing.
import { hash } from 'node:crypto';

/** Store of finished steps: the last output of each name, with the digest of its inputs. */
export interface StepStore {
  /** The output for this signature; undefined: the step did not finish on these inputs. */
  outputOfFinished(name: string, signature: string): string | undefined;
  finish(name: string, signature: string, output: string): void;
}

/** Outputs and inputs are plain data. Inputs include whatever can change the output. */
export class Steps {
  private readonly disk: StepStore | undefined;

  /** @param disk undefined: nothing is stored, and each step works */
  constructor(disk: StepStore | undefined) {
    this.disk = disk;
  }

  /**
   * The stored output for these inputs, else that of `work`, which is then stored.
   * @param isValid whether a stored output is valid now, and its files exist
   */
  async step<T>(name: string, inputs: unknown, work: () => Promise<T>, isValid?: (output: T) => boolean): Promise<T> {
    const stored = this.stored(name, inputs, isValid);
    if (stored !== undefined) return stored;
    const output = await work();
    this.store(name, inputs, output);
    return output;
  }

  stored<T>(name: string, inputs: unknown, isValid: (output: T) => boolean = () => true): T | undefined {
    const json = this.disk?.outputOfFinished(name, digest(inputs));
    const output = json === undefined ? undefined : (JSON.parse(json) as T | null);
    return output !== undefined && output !== null && isValid(output) ? output : undefined;
  }

  /** Replaces the output of a step. */
  store<T>(name: string, inputs: unknown, output: T): void {
    this.disk?.finish(name, digest(inputs), JSON.stringify(output));
  }

  /** The next run works again, even over unchanged inputs. */
  forget(name: string, inputs: unknown): void {
    this.store(name, inputs, null);
  }
}

/** SHA-256 of plain data. */
export function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(value ?? null), 'hex');
}
