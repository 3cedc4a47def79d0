// The user's permissions per folder; stored by the editor, never in the repository's settings.

/** The used part of `vscode.Memento`. */
export interface Memory {
  get<T>(key: string): T | undefined;
  keys(): readonly string[];
  update(key: string, value: unknown): Thenable<void>;
}

/**
 * Consent is for one folder and one host: another host needs a new consent. `folder` is the folder's URI.
 */
export class Permissions {
  private readonly memory: Memory;
  private readonly onChange: () => void;

  constructor(memory: Memory, onChange: () => void) {
    this.memory = memory;
    this.onChange = onChange;
  }

  mayCall(folder: string, host: string): boolean {
    return this.hosts(`consent:${folder}`).includes(host);
  }

  /** Whether the user declined this host. Only a command of the user asks again. */
  hasDeclined(folder: string, host: string): boolean {
    return this.hosts(`declined:${folder}`).includes(host);
  }

  async allow(folder: string, host: string): Promise<void> {
    await this.move(host, `declined:${folder}`, `consent:${folder}`);
  }

  async decline(folder: string, host: string): Promise<void> {
    await this.move(host, `consent:${folder}`, `declined:${folder}`);
  }

  /** Whether any host may be called, the one in the settings or another. */
  mayCallAny(folder: string): boolean {
    return this.hosts(`consent:${folder}`).length > 0;
  }

  /** Declines every host that was allowed, so that none of them is called after a change of the settings either. */
  async declineAll(folder: string): Promise<void> {
    for (const host of this.hosts(`consent:${folder}`)) await this.decline(folder, host);
  }

  /** Whether the user has agreed to the text that this command sends to this host. */
  mayCommandSend(folder: string, host: string, command: string): boolean {
    return this.hosts(`told:${folder}`).includes(`${command} ${host}`);
  }

  async allowCommand(folder: string, host: string, command: string): Promise<void> {
    const key = `told:${folder}`;
    await this.memory.update(key, [...new Set([...this.hosts(key), `${command} ${host}`])]);
  }

  isOn(folder: string): boolean {
    return this.memory.get<boolean>(`off:${folder}`) !== true;
  }

  async setFolder(folder: string, on: boolean): Promise<void> {
    await this.memory.update(`off:${folder}`, on ? undefined : true);
    this.onChange();
  }

  private hosts(key: string): readonly string[] {
    return this.memory.get<readonly string[]>(key) ?? [];
  }

  private async move(host: string, from: string, to: string): Promise<void> {
    const otherHosts = this.hosts(from).filter((each) => each !== host);
    await this.memory.update(from, otherHosts.length === 0 ? undefined : otherHosts);
    await this.memory.update(to, [...new Set([...this.hosts(to), host])]);
    this.onChange();
  }

  /** Forgets one folder, or all if it is undefined. */
  async forget(folder: string | undefined): Promise<void> {
    const keys = this.memory
      .keys()
      .filter(
        (key) =>
          /^(consent|declined|told|off):/.test(key) &&
          (folder === undefined || key.slice(key.indexOf(':') + 1) === folder),
      );
    for (const key of keys) await this.memory.update(key, undefined);
    this.onChange();
  }
}
