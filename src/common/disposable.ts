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
