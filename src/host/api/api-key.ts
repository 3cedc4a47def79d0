// The API key: in the editor's secret storage alone. Never in settings, in a message or in the log.
import type { Disposable } from '../../common/disposable.ts';

/** What is needed of a `vscode.SecretStorage`. */
export interface Secrets {
  get(key: string): Thenable<string | undefined>;
  store(key: string, value: string): Thenable<void>;
  delete(key: string): Thenable<void>;
  onDidChange(listener: (event: { readonly key: string }) => void): Disposable;
}

export const secretName = 'easyAdaptation.apiKey';

/** Why `text` cannot be a key; undefined when it could be one. Says nothing about whether the API takes it. */
export function keyProblem(text: string): 'empty' | 'spaces' | 'short' | 'characters' | undefined {
  const key = text.trim();
  if (key === '') return 'empty';
  if (/\s/.test(key)) return 'spaces';
  if (!/^[\x21-\x7e]+$/.test(key)) return 'characters';
  return key.length < 16 ? 'short' : undefined;
}

/** The key as of now, read once and again whenever it changes, in this window or in another. */
export class ApiKey implements Disposable {
  private readonly secrets: Secrets;
  private readonly onChange: () => void;
  private readonly listener: Disposable;
  private key: string | undefined;

  constructor(secrets: Secrets, onChange: () => void) {
    this.secrets = secrets;
    this.onChange = onChange;
    this.listener = secrets.onDidChange((event) => {
      if (event.key === secretName) void this.load();
    });
  }

  get value(): string | undefined {
    return this.key;
  }

  async load(): Promise<void> {
    const key = (await this.secrets.get(secretName)) || undefined;
    if (key === this.key) return;
    this.key = key;
    this.onChange();
  }

  async set(key: string): Promise<void> {
    await this.secrets.store(secretName, key.trim());
    await this.load();
  }

  async clear(): Promise<void> {
    await this.secrets.delete(secretName);
    await this.load();
  }

  dispose(): void {
    this.listener.dispose();
  }
}
