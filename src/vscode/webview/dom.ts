// Helpers for the DOM. Text is inserted as text only, so that output of a model or a file cannot become markup.

export type DomChild = Node | string | undefined;

export type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/**
 * An element, as in `h('p.dim', { id: 'note' }, 'A note')`: its classes, then its attributes (true: present, false or
 * undefined: absent) and children.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K | `${K}.${string}`,
  ...parts: readonly (Attributes | DomChild)[]
): HTMLElementTagNameMap[K] {
  const [name = '', ...classes] = tag.split('.');
  const element = document.createElement(name as K);
  element.classList.add(...classes);
  for (const part of parts) {
    if (part === undefined) continue;
    if (typeof part === 'string' || part instanceof Node) element.append(part);
    else
      for (const [attribute, value] of Object.entries(part))
        if (value !== undefined && value !== false) element.setAttribute(attribute, value === true ? '' : value);
  }
  return element;
}

/** A button that calls `onClick`. With `type=button` it does not submit a form. */
export function button(label: string, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = h('button', { type: 'button', ...attributes }, label);
  element.addEventListener('click', onClick);
  return element;
}

/**
 * Updates the children of `parent` to the keys of `wanted`, in that order. A child whose key stays is neither moved nor
 * recreated: screen readers would read it again, and a button in it would lose the focus.
 * @param shown the current children by key; updated
 */
export function keepChildren<E extends Element>(
  parent: Pick<Element, 'firstElementChild' | 'insertBefore'>,
  shown: Map<string, E>,
  wanted: ReadonlyMap<string, () => E>,
): void {
  for (const [key, child] of shown) {
    if (wanted.has(key)) continue;
    child.remove();
    shown.delete(key);
  }
  let next = parent.firstElementChild;
  for (const [key, make] of wanted) {
    const child = shown.get(key) ?? make();
    shown.set(key, child);
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

/** A 16 x 16 icon in the text's colour, hidden from screen readers: a label beside it has the meaning. */
export function icon(path: string): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon');
  const line = document.createElementNS(namespace, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

export const icons = {
  check: 'M3 8.5l3.2 3.2L13 4.8',
  half: 'M8 3a5 5 0 0 1 0 10zM8 3a5 5 0 1 0 0 10M9.5 5v6M11.5 6v4',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  dash: 'M4 8h8',
  dots: 'M4 8h.01M8 8h.01M12 8h.01',
  keys: 'M2 5h12v7H2zM4.5 7.5h.01M7 7.5h.01M9.5 7.5h.01M12 7.5h.01M5 10h6',
  chevron: 'M6 4l4 4-4 4',
} as const;

/** A horizontal bar from 0 to 1, drawn by width. The number beside it carries the meaning. */
export function bar(share: number, kind: string): HTMLElement {
  const fill = h('span', { class: `bar-fill ${kind}` });
  fill.style.width = `${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%`;
  return h('span.bar', { 'aria-hidden': 'true' }, fill);
}
