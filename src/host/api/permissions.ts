// What the user has allowed or switched off, per folder; kept by the editor, never in the repository's own settings.

/** What is needed of a `vscode.Memento`. */
export interface Memory {
  get<T>(key: string): T | undefined;
  keys(): readonly string[];
  update(key: string, value: unknown): Thenable<void>;
}

/**
 * Consent is for one folder and one host: another server needs a new one. `folder` is the folder's URI.
 */
export class Permissions {
  private readonly memory: Memory;
  private readonly onChange: () => void;

  constructor(memory: Memory, onChange: () => void) {
    this.memory = memory;
    this.onChange = onChange;
  }

  mayCall(folder: string, host: string): boolean {
    return this.memory.get<string>(`consent:${folder}`) === host;
  }

  /** The user said no to this host; not asked again until the menu asks. */
  hasDeclined(folder: string, host: string): boolean {
    return this.memory.get<string>(`declined:${folder}`) === host;
  }

  async allow(folder: string, host: string): Promise<void> {
    await this.memory.update(`declined:${folder}`, undefined);
    await this.memory.update(`consent:${folder}`, host);
    this.onChange();
  }

  async decline(folder: string, host: string): Promise<void> {
    await this.memory.update(`consent:${folder}`, undefined);
    await this.memory.update(`declined:${folder}`, host);
    this.onChange();
  }

  isFolderOn(folder: string): boolean {
    return this.memory.get<boolean>(`off:${folder}`) !== true;
  }

  async setFolder(folder: string, on: boolean): Promise<void> {
    await this.memory.update(`off:${folder}`, on ? undefined : true);
    this.onChange();
  }

  /** Everything about one folder, or about all. */
  async forget(folder: string | undefined): Promise<void> {
    const ours = this.memory
      .keys()
      .filter(
        (key) =>
          /^(consent|declined|off):/.test(key) && (folder === undefined || key.slice(key.indexOf(':') + 1) === folder),
      );
    for (const key of ours) await this.memory.update(key, undefined);
    this.onChange();
  }
}
