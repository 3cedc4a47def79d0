// The labels of the active row, each with its key, and what is still to be labelled.
import { button, h } from './dom.ts';
import type { TableInit, TableLabelling, TableRow } from './table-protocol.ts';
import type { Words } from './wording.ts';

/** Labels that have a digit. */
const digits = 9;

export class LabelKeys {
  readonly element: HTMLElement;
  private readonly labels: TableInit['labels'];
  private readonly onPick: (label: number | undefined) => void;
  private readonly all: string;
  private order: readonly number[];

  /** @param onPick label, or undefined: the user is asked for one of all */
  constructor(words: Words, labels: TableInit['labels'], onPick: (label: number | undefined) => void) {
    this.labels = labels;
    this.onPick = onPick;
    this.all = words.t('table.allLabels');
    this.order = labelOrder(labels.length, undefined);
    this.element = h('div', { class: 'keys', role: 'group', 'aria-label': words.t('table.label') });
  }

  show(row: TableRow | undefined): void {
    this.order = labelOrder(this.labels.length, row?.likely);
    const keys = this.order.map((label, i) => {
      const { name, meaning } = this.labels[label] as TableInit['labels'][number];
      const digit = this.labels.length > digits ? i : label;
      const isChosen = row?.source !== '' && row?.label === name;
      const key = button('', () => this.onPick(label), { title: meaning, 'aria-pressed': String(isChosen) });
      key.append(h('kbd', {}, String(digit + 1)), ` ${name}`);
      return key;
    });
    const others = this.labels.length > digits ? [button(this.all, () => this.onPick(undefined))] : [];
    this.element.replaceChildren(...keys, ...others);
  }

  /** The label of a digit. Up to nine labels keep their digits in all rows. @param digit from 0 */
  labelAt(digit: number): number | undefined {
    return this.labels.length > digits ? this.order[digit] : digit < this.labels.length ? digit : undefined;
  }
}

/** Indices of the labels that have a digit: the likely ones first, then the others in the order of the task. */
export function labelOrder(count: number, likely: readonly number[] = []): number[] {
  const rest = Array.from({ length: count }, (_, i) => i).filter((i) => !likely.includes(i));
  return [...likely.filter((i) => i >= 0 && i < count), ...rest].slice(0, digits);
}

/** What is labelled, what is expected of the local model, and how many labels are missing. */
export function labellingSentence(words: Words, labelling: TableLabelling): string {
  const { labelled, needed, enough, expected, texts } = labelling;
  const count = words.count(labelled);
  if (labelled >= texts) return words.t('table.allLabelled', words.count(texts));
  if (labelled < needed) return words.t('table.fewLabels', count, words.count(needed), words.count(enough));
  if (!expected) return words.t('table.learning', count);
  const [others, right, low, high] = [
    words.count(expected.others),
    ...[expected.right, expected.low, expected.high].map((share) => words.percent(share)),
  ];
  const sentence = words.t(
    'table.expected',
    words.count(expected.labelled),
    others,
    right ?? '',
    low ?? '',
    high ?? '',
  );
  return labelled >= enough ? sentence : `${sentence} ${words.counted('table.missing', enough - labelled)}`;
}
