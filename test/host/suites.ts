// Which suites the driver knows, by name.
import * as vscode from 'vscode';
import type { Plan, Suite } from './harness.ts';

export const suites: Readonly<Record<string, (suite: Suite, plan: Plan) => void>> = {
  main: (suite) =>
    suite.test('trivial', async () => {
      suite.note(vscode.version);
    }),
};
