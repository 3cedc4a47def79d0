// The git repositories that the editor has open.
import * as vscode from 'vscode';
import { window } from '../editor/window.ts';

/** The part of the built-in git extension's API that is used. */
export interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
}

export async function repositories(): Promise<readonly Repository[]> {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): { repositories: Repository[] } }>(
    'vscode.git',
  );
  try {
    return extension === undefined ? [] : (await extension.activate()).getAPI(1).repositories;
  } catch {
    // The git extension is disabled (git.enabled).
    return [];
  }
}

/** @param source the title bar's SourceControl; absent: the active file's repository, or the only one */
export function repositoryOf(all: readonly Repository[], source: unknown): Repository | undefined {
  const uri = (source as { rootUri?: vscode.Uri } | undefined)?.rootUri ?? window.activeTextEditor?.document.uri;
  const path = uri?.toString() ?? '';
  const inside = all.filter(({ rootUri }) => path === rootUri.toString() || path.startsWith(`${rootUri.toString()}/`));
  // Of nested repositories, the innermost one is used.
  const [nearest] = inside.sort((a, b) => b.rootUri.path.length - a.rootUri.path.length);
  return nearest ?? (all.length === 1 ? all[0] : undefined);
}
