// What the report's page and its owner tell each other: a document in plain data, checked on both sides.
import { flag, isFields, listOf, number, type Of, oneOf, optional, shape, strings, text } from './message-shapes.ts';

const cell = (value: unknown): value is string | number => text(value) || number(value);
const pair = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(number);
const axis = shape({ name: text, unit: oneOf('share', 'number'), from: optional(number), to: optional(number) });

const chart = shape({
  x: axis,
  y: axis,
  series: listOf(
    shape({ name: text, line: oneOf('solid', 'dashed', 'dotted', 'points'), marks: flag, points: listOf(pair) }),
  ),
});

const section = shape({
  title: text,
  text: listOf(text),
  chart: optional(chart),
  table: optional(shape({ head: listOf(text), rows: listOf(listOf(cell)) })),
  examples: optional(listOf(shape({ place: text, before: text, lines: listOf(shape({ who: text, text })) }))),
});

/** What the buttons above a report do; each is the host's. */
export const pageActions = ['markdown', 'json', 'compare', 'export'] as const;

const messages = {
  init: shape({
    strings,
    locale: text,
    document: shape({ title: text, subtitle: text, sections: listOf(section) }),
    actions: listOf(shape({ action: oneOf(...pageActions), label: text })),
  }),
};

export type ToPage = { readonly type: 'init' } & Of<typeof messages.init>;
export type PageDocument = ToPage['document'];
export type PageSection = PageDocument['sections'][number];
export type PageChart = Of<typeof chart>;
export type PageAction = (typeof pageActions)[number];
export type FromPage = { readonly type: 'ready' } | { readonly type: 'action'; readonly action: PageAction };

/** A message from the host; undefined when it is none that we know, or a part of it is missing. */
export function parseToPage(value: unknown): ToPage | undefined {
  return isFields(value) && value.type === 'init' && messages.init(value) ? (value as ToPage) : undefined;
}

/** A message from the page, likewise. */
export function parseFromPage(value: unknown): FromPage | undefined {
  if (!isFields(value)) return undefined;
  if (value.type === 'ready') return { type: 'ready' };
  const action = pageActions.find((known) => known === value.action);
  return value.type === 'action' && action !== undefined ? { type: 'action', action } : undefined;
}
