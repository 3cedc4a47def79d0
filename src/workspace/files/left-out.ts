// Counts the files that are left out of the harvest by reason, and keeps a few examples for the report.

import type { LeftOutReason } from './types.ts';

const maxExamples = 5;

export class LeftOutFiles {
  readonly counts: Partial<Record<LeftOutReason, number>> = {};
  private readonly examples: Partial<Record<LeftOutReason, string[]>> = {};

  add(path: string, reason: LeftOutReason): void {
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
    const examples = this.examples[reason] ?? [];
    if (examples.length < maxExamples) examples.push(path);
    this.examples[reason] = examples;
  }

  /** The examples by reason. @param redact replaces the secrets in a path */
  examplesWith(redact: (path: string) => string): Partial<Record<LeftOutReason, string[]>> {
    return Object.fromEntries(Object.entries(this.examples).map(([reason, paths]) => [reason, paths.map(redact)]));
  }
}
