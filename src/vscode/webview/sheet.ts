// What the table of a text task and its owner tell each other: plain data, checked on both sides.
import { flag, isFields, listOf, number, type Of, optional, shape, strings, task, text } from './message-shapes.ts';

const row = shape({
  text,
  /** '': none yet. */
  label: text,
  /** 'person', 'api', 'specialist'; '': nobody has said anything. */
  who: text,
  /** Calibrated probability of being right; absent where nobody has said anything. */
  sure: optional(number),
  inDoubt: flag,
});

/** By the message's type. */
const messages = {
  /** Everything but the rows, which are asked for. */
  init: shape({
    strings,
    locale: text,
    /** Of the task; and what is shown of it. */
    title: text,
    subtitle: text,
    labels: listOf(shape({ name: text, meaning: text })),
    /** What is said of a text is an answer in words, of at most so many characters; absent: a label. */
    longestAnswer: optional(number),
    task: optional(task),
    /** The first texts alone: there is nothing to correct yet. */
    isPreview: flag,
    /** The rows are walked at once: the user has just opened it. */
    takesFocus: flag,
  }),
  /** The next ones; `more`: some are left. */
  rows: shape({ rows: listOf(row), more: flag }),
  /** A row has the label that a person gave it now. */
  corrected: shape({ index: number, label: text }),
};
type Messages = typeof messages;

export type ToTable = { [T in keyof Messages]: { readonly type: T } & Of<Messages[T]> }[keyof Messages];
export type TableRow = Of<typeof row>;
export type TableInit = Extract<ToTable, { type: 'init' }>;

export type FromTable =
  | { readonly type: 'ready' | 'more' | 'run' }
  /** `label` undefined: ask which. */
  | { readonly type: 'correct'; readonly index: number; readonly text: string; readonly label: string | undefined };

/** Texts are no longer than this, characters; and labels and answers. */
const longestText = 25_000;
const longestLabel = 2000;

/** A message from the host; undefined when it is none that we know, or a part of it is missing. */
export function parseToTable(value: unknown): ToTable | undefined {
  if (!isFields(value) || typeof value.type !== 'string' || !Object.hasOwn(messages, value.type)) return undefined;
  return messages[value.type as keyof Messages](value) ? (value as ToTable) : undefined;
}

/** A message from the table, likewise. */
export function parseFromTable(value: unknown): FromTable | undefined {
  if (!isFields(value)) return undefined;
  const { type, index, text: said, label } = value;
  if (type === 'ready' || type === 'more' || type === 'run') return { type };
  const isRow = Number.isSafeInteger(index) && (index as number) >= 0;
  const isText = typeof said === 'string' && said.length <= longestText;
  const isLabel = label === undefined || (typeof label === 'string' && label.length <= longestLabel);
  if (type !== 'correct' || !isRow || !isText || !isLabel) return undefined;
  return { type, index: index as number, text: said, label };
}
