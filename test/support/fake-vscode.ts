// Loads an object of a test in place of the editor's `vscode` module.
import { registerHooks } from 'node:module';

/** VS Code's texts in English, with their arguments filled in. */
export const l10n = {
  t: (text: string, ...args: unknown[]) => text.replace(/\{(\d)\}/g, (_, i) => String(args[i])),
};

/** Call it before what imports `vscode` is loaded. Members are read when `vscode` is first imported. */
export function loadAsVscode(fake: object): void {
  Object.assign(globalThis, { fakeVscode: fake });
  const source = Object.keys(fake)
    .map((name) => `export const ${name} = globalThis.fakeVscode.${name};`)
    .join('\n');
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'vscode'
        ? { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true }
        : next(specifier, context),
  });
}
