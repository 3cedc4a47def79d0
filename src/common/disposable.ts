// Ownership: whoever makes something that must be released adds it to a store, in the same line.

export interface Disposable {
  dispose(): void;
}

/** Disposes what was added, last first. Adding to a disposed store disposes at once. */
export class DisposableStore implements Disposable {
  private items: Disposable[] = [];
  private disposed = false;

  get isDisposed(): boolean {
    return this.disposed;
  }

  add<T extends Disposable>(item: T): T {
    if (this.disposed) item.dispose();
    else this.items.push(item);
    return item;
  }

  dispose(): void {
    this.disposed = true;
    for (const item of this.items.splice(0).reverse()) item.dispose();
  }
}

/** A part that is made from others, and owns what it adds. */
export class Part<Deps> extends DisposableStore {
  protected readonly deps: Deps;

  constructor(deps: Deps) {
    super();
    this.deps = deps;
  }
}
