// Unchanged children are neither moved nor recreated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepChildren } from '../../../src/vscode/webview/dom.ts';

/** A minimal DOM parent that records every change. */
class Page {
  readonly children: Child[] = [];
  readonly changes: string[] = [];

  get firstElementChild(): Element | null {
    return (this.children[0] as unknown as Element | undefined) ?? null;
  }

  insertBefore<T extends Node>(node: T, before: Node | null): T {
    const child = node as unknown as Child;
    if (this.children.includes(child)) this.take(child);
    const at = before === null ? this.children.length : this.children.indexOf(before as unknown as Child);
    this.children.splice(at, 0, child);
    this.changes.push(`in: ${child.name}`);
    return node;
  }

  take(child: Child): void {
    this.children.splice(this.children.indexOf(child), 1);
    this.changes.push(`out: ${child.name}`);
  }
}

class Child {
  readonly name: string;
  private readonly page: Page;

  constructor(name: string, page: Page) {
    this.name = name;
    this.page = page;
  }

  get nextElementSibling(): Element | null {
    const { children } = this.page;
    return (children[children.indexOf(this) + 1] as unknown as Element | undefined) ?? null;
  }

  remove(): void {
    this.page.take(this);
  }
}

test('a child that stays is not touched when others are added or removed', () => {
  const page = new Page();
  const shown = new Map<string, Element>();
  const draw = (...names: string[]) => {
    page.changes.length = 0;
    keepChildren(page, shown, new Map(names.map((name) => [name, () => new Child(name, page) as unknown as Element])));
    assert.deepEqual(
      page.children.map(({ name }) => name),
      names,
    );
    return page.changes;
  };
  assert.deepEqual(draw('snoozed', 'no key'), ['in: snoozed', 'in: no key']);
  assert.deepEqual(draw('snoozed', 'no key'), []);
  assert.deepEqual(draw('snoozed', 'trouble', 'no key'), ['in: trouble']);
  assert.deepEqual(draw('trouble', 'no key', 'served'), ['out: snoozed', 'in: served']);
  assert.deepEqual(draw('no key'), ['out: trouble', 'out: served']);
  assert.deepEqual(draw(), ['out: no key']);
  assert.equal(shown.size, 0);
});
