// Registers the surfaces' commands.
import * as vscode from 'vscode';
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { showFailure } from './adapt/questions.ts';
import type { Surface } from './editor/surface.ts';
import { section } from './settings/settings.ts';

/** One command per row of each surface. */
export function registerCommands(surfaces: readonly Surface[], log: Log): vscode.Disposable {
  const rows = surfaces.flatMap(({ commands = {} }) => Object.entries(commands));
  return vscode.Disposable.from(
    ...rows.map(([name, run]) =>
      vscode.commands.registerCommand(`${section}.${name}`, (...args) => runSafely(run, args, log)),
    ),
  );
}

/** Catches exceptions, because VS Code would render links in their messages, which may quote foreign text. */
async function runSafely(run: (...args: never[]) => unknown, args: unknown[], log: Log): Promise<unknown> {
  try {
    return await run(...(args as never[]));
  } catch (error) {
    log.error('A command failed', error);
    void showFailure({ message: messageOf(error) });
    return undefined;
  }
}
