// The test driver: an extension that runs one suite in the extension host. In code-server `activate` starts the suite,
// in the VS Code of @vscode/test-electron `run` does.
import { readFileSync } from 'node:fs';
import { type Plan, planVariable, Suite } from './harness.ts';
import { suites } from './suites.ts';
import { watchWorkers } from './threads.ts';

// At module load, before the extension under test starts its workers.
watchWorkers();

let running: Promise<void> | undefined;

export function activate(): void {
  // Not awaited: an activation that takes minutes would be reported as stuck. Failures are in the results file.
  run().catch(() => {});
}

/** Runs the suite once, also if called again. */
export function run(): Promise<void> {
  running ??= runSuite();
  return running;
}

async function runSuite(): Promise<void> {
  const path = process.env[planVariable];
  if (path === undefined) return;
  const plan = JSON.parse(readFileSync(path, 'utf8')) as Plan;
  const suite = new Suite(plan);
  const define = suites[plan.suite];
  if (define === undefined)
    suite.test(`suite ${plan.suite}`, () => Promise.reject(new Error('there is no such suite')));
  else define(suite, plan);
  if (!(await suite.run())) throw new Error('tests failed: see the results file');
}
