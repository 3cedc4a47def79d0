// The labels of the active row, each with its key, and what is still to be labelled.
import { button, h } from './dom.ts';
import type { TableInit, TableLabelling, TableRow } from './table-protocol.ts';
import type { Words } from './wording.ts';

/** Labels that have a digit. */
const digits = 9;

/** @param onPick label, or undefined: the user is asked for one of all */
export function labelKeys(labels: TableInit['labels'], onPick: (label: number | undefined) => void) {
  const element = h('div.keys', { role: 'group', 'aria-label': 'Label' });
  const hasMore = labels.length > digits;
  let order = labelOrder(labels.length);
  const keyOf = (label: number, at: number, row: TableRow | undefined) => {
    const { name, meaning } = labels[label] as TableInit['labels'][number];
    const isChosen = row?.source !== '' && row?.label === name;
    const key = button('', () => onPick(label), { title: meaning, 'aria-pressed': String(isChosen) });
    key.append(h('kbd', String((hasMore ? at : label) + 1)), ` ${name}`);
    return key;
  };
  return {
    element,
    show(row: TableRow | undefined): void {
      order = labelOrder(labels.length, row?.likely);
      const others = hasMore ? [button('All…', () => onPick(undefined))] : [];
      element.replaceChildren(...order.map((label, at) => keyOf(label, at, row)), ...others);
    },
    /** The label of a digit. Up to nine labels keep their digits in all rows. @param digit from 0 */
    labelAt: (digit: number) => (hasMore ? order[digit] : digit < labels.length ? digit : undefined),
  };
}

/** Indices of the labels that have a digit: the likely ones first, then the others in the order of the task. */
export function labelOrder(count: number, likely: readonly number[] = []): number[] {
  const rest = Array.from({ length: count }, (_, i) => i).filter((i) => !likely.includes(i));
  return [...likely.filter((i) => i >= 0 && i < count), ...rest].slice(0, digits);
}

/** What is labelled, what is expected of the local model, and how many labels are missing. @param isText for answers */
export function labellingSentence(words: Words, labelling: TableLabelling, isText: boolean): string {
  const { labelled, needed, enough, expected, texts } = labelling;
  const count = words.count(labelled);
  if (labelled >= texts) return `All ${words.count(texts)} texts are done.`;
  if (texts <= needed)
    return `${count} of ${words.count(texts)}: label them all, because so few texts teach the local model nothing.`;
  if (labelled < needed) return `${count} of ${words.count(needed)}; ${words.count(enough)} are better.`;
  if (!expected) return `${count} texts are done. The local model is learning from them.`;
  const [done, others] = [expected.labelled, expected.others].map((number) => words.count(number));
  const [right, low, high] = [expected.right, expected.low, expected.high].map((share) => words.percent(share));
  const how = expected.isRandom ? 'by cross-validation' : 'because the labelled texts are no random choice';
  const range = `(${low} to ${high}, ${how})`;
  const sentence = isText
    ? `After ${done} answers, its drafts for the other ${others} are expected to be ${right} like yours ${range}.`
    : `After ${done} labels, the local model is expected to get ${right} of the other ${others} right ${range}.`;
  const missing = enough - labelled;
  if (missing <= 0) return sentence;
  return `${sentence} ${isText ? 'Answer' : 'Label'} ${words.count(missing)} more to narrow this range.`;
}
