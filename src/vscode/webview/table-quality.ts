// How right the local model is about each label: figures, where labels are taken for others, and labels that look wrong.
import type { LabelResults } from '../../text-tasks/task-results.ts';
import { button, h, icon, icons } from './dom.ts';
import { tableOf } from './report.ts';

/** @param find shows the rows with a text */
export function labelsView(
  { text, table, doubted, ...counts }: LabelResults,
  find: (text: string) => void,
): HTMLElement {
  return h(
    'details.last-run',
    h('summary', icon(icons.chevron), 'Each label'),
    h('div.results', h('p.dim', text), tableOf(table, 'How right each label is'), confusionOf(counts)),
    doubted.length > 0 ? doubtedView(doubted, find) : undefined,
  );
}

/** Cells have a figure, and a shade by their share of the row: of what is right one colour, of what is wrong another. */
function confusionOf({ names, confusion }: Pick<LabelResults, 'names' | 'confusion'>): HTMLElement {
  const cell = (count: number, texts: number, isRight: boolean) => {
    const element = h(isRight ? 'td.right' : 'td', count === 0 ? '' : String(count));
    // The page allows no style attribute.
    element.style.setProperty('--share', `${texts === 0 ? 0 : Math.round((100 * count) / texts)}%`);
    return element;
  };
  const rows = confusion.map((row, given) => {
    const texts = row.reduce((sum, count) => sum + count, 0);
    const cells = row.map((count, predicted) => cell(count, texts, predicted === given));
    return h('tr', h('th', { scope: 'row' }, names[given]), ...cells);
  });
  return h(
    'table.confusion',
    h('caption', 'Number of texts: given labels in rows, those of the local model in columns'),
    h('thead', h('tr', h('td'), ...names.map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', ...rows),
  );
}

function doubtedView(doubted: LabelResults['doubted'], find: (text: string) => void): HTMLElement {
  const rows = doubted.map(({ text, given, likely }) =>
    h(
      'li',
      button(text, () => find(text.trim().split('\n', 1)[0] ?? ''), { class: 'link' }),
      h('span.dim', `‘${given}’, probably ‘${likely}’`),
    ),
  );
  return h(
    'section.doubted',
    h('h2', `Labels that may be wrong: ${doubted.length}`),
    h('ul', { role: 'list' }, ...rows),
  );
}
