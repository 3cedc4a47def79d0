// API keys per provider and host, in the editor's secret storage only: never in settings, messages or logs.
import { type Disposable, DisposableStore } from '../../common/disposable.ts';

/** The part of `vscode.SecretStorage` that is used. */
export interface Secrets {
  get(key: string): Thenable<string | undefined>;
  store(key: string, value: string): Thenable<void>;
  delete(key: string): Thenable<void>;
  onDidChange(listener: (event: { readonly key: string }) => unknown): Disposable;
}

/** A key is sent only to the host that it was set for. */
export interface KeyOwner {
  readonly provider: string;
  readonly host: string;
}

export function secretName({ provider, host }: KeyOwner): string {
  return `easyAdaptation.apiKey:${provider}@${host}`;
}

/** Why `text` cannot be a key; undefined if its form is valid. */
export function keyProblem(text: string): 'empty' | 'spaces' | 'short' | 'characters' | undefined {
  const key = text.trim();
  if (key === '') return 'empty';
  if (/\s/.test(key)) return 'spaces';
  if (!/^[\x21-\x7e]+$/.test(key)) return 'characters';
  return key.length < 16 ? 'short' : undefined;
}

/** The key of the current provider and host, read again when either changes in any window. */
export class ApiKey extends DisposableStore {
  private readonly secrets: Secrets;
  private readonly owner: () => KeyOwner;
  private readonly onChange: () => void;
  private known: { readonly name: string; readonly key: string | undefined } = { name: '', key: undefined };

  constructor(secrets: Secrets, owner: () => KeyOwner, onChange: () => void) {
    super();
    this.secrets = secrets;
    this.owner = owner;
    this.onChange = onChange;
    this.add(secrets.onDidChange(({ key }) => key === secretName(owner()) && void this.load()));
  }

  /** The current owner's key. Undefined until it has been read, or if there is none. */
  get value(): string | undefined {
    return this.known.name === secretName(this.owner()) ? this.known.key : undefined;
  }

  async load(): Promise<void> {
    const owner = this.owner();
    const name = secretName(owner);
    const key = await this.of(owner);
    // The owner may have changed since.
    if (name !== secretName(this.owner()) || (this.known.name === name && this.known.key === key)) return;
    this.known = { name, key };
    this.onChange();
  }

  /** The key of any owner. */
  async of(owner: KeyOwner): Promise<string | undefined> {
    return (await this.secrets.get(secretName(owner))) || undefined;
  }

  async set(key: string, owner: KeyOwner = this.owner()): Promise<void> {
    await this.secrets.store(secretName(owner), key.trim());
    await this.load();
  }

  async forget(): Promise<void> {
    await this.secrets.delete(secretName(this.owner()));
    await this.load();
  }
}
