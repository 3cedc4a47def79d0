// The result of a text task's run, in the panel and above the table: labels by source, quality against calls, costs.
import { h, icon, icons } from './dom.ts';
import type { PanelTask } from './protocol.ts';
import type { Words } from './wording.ts';

const width = 320;
const height = 132;
const edge = { left: 40, right: 10, top: 10, bottom: 24 } as const;

export function taskView(words: Words, task: PanelTask): HTMLElement {
  const { texts, byPerson, byApi, inDoubt, curve, operating } = task;
  const taskWords = wordsFor(words, task);
  const facts: readonly (readonly [string, string])[] = [
    [words.t('task.model'), task.model ?? words.t('nobody')],
    [words.t('task.texts'), words.count(texts)],
    [taskWords('byPerson'), words.count(byPerson)],
    [taskWords('byApi'), words.count(byApi)],
    [taskWords('bySpecialist'), words.count(texts - byPerson - byApi)],
    [words.t('task.inDoubt'), words.count(inDoubt)],
    ...(operating === undefined ? [] : [[words.t('task.operating'), words.percent(operating)] as const]),
    [words.t('task.soFar'), words.money(task.soFarUsd)],
    [words.t('task.rest'), task.restUsd === undefined ? '–' : words.money(task.restUsd)],
  ];
  return h(
    'article',
    { class: 'task', 'aria-label': task.name },
    h('h3', {}, task.name, h('span', { class: 'dim' }, words.date(task.finishedAt))),
    h('dl', { class: 'facts' }, ...facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
    ...(curve.length > 1 ? [figure(words, task)] : []),
    ...task.notes.map((note) => h('p', { class: 'note-line dim' }, note)),
  );
}

/** Translates keys for this kind of task: labels or text answers. */
function wordsFor(words: Words, { isText }: PanelTask) {
  return (key: string, ...values: readonly string[]) => words.t(`${isText ? 'answers' : 'task'}.${key}`, ...values);
}

function figure(words: Words, task: PanelTask): HTMLElement {
  const { curve, operating } = task;
  const taskWords = wordsFor(words, task);
  const caption = taskWords('curve');
  const cells = curve.map(({ share, right }) =>
    h('tr', {}, h('th', { scope: 'row' }, words.percent(share)), h('td', {}, words.percent(right, 1))),
  );
  const rightAtLimit = operating === undefined ? undefined : rightAt(curve, operating);
  const point =
    rightAtLimit === undefined
      ? []
      : [h('p', {}, taskWords('point', words.percent(operating ?? 0), words.percent(rightAtLimit, 1)))];
  return h(
    'figure',
    { class: 'curve' },
    h('figcaption', { class: 'dim' }, caption),
    chart(words, curve, operating, rightAtLimit),
    ...point,
    h(
      'details',
      { class: 'fold' },
      h('summary', {}, icon(icons.chevron), words.t('task.asTable')),
      h(
        'table',
        { class: 'reasons' },
        h(
          'thead',
          {},
          h('tr', {}, h('th', { scope: 'col' }, words.t('task.calls')), h('th', { scope: 'col' }, taskWords('right'))),
        ),
        h('tbody', {}, ...cells),
      ),
    ),
  );
}

/** Linear interpolation between the points of the curve. */
export function rightAt(curve: PanelTask['curve'], share: number): number | undefined {
  const next = curve.findIndex((point) => point.share >= share - 1e-9);
  const high = curve[next];
  const low = curve[next - 1];
  if (high === undefined) return curve.at(-1)?.right;
  if (low === undefined) return high.right;
  return low.right + ((share - low.share) / (high.share - low.share)) * (high.right - low.right);
}

/** The chart of the curve. It is hidden from screen readers, because a sentence and a table show the same. */
function chart(words: Words, curve: PanelTask['curve'], operating: number | undefined, at: number | undefined): Node {
  const values = curve.map(({ right }) => right);
  const low = Math.max(0, Math.floor(20 * Math.min(...values) - 0.2) / 20);
  const high = Math.min(1, Math.ceil(20 * Math.max(...values) + 0.2) / 20);
  const x = (share: number) => edge.left + share * (width - edge.left - edge.right);
  const y = (right: number) => edge.top + ((high - right) / (high - low || 1)) * (height - edge.top - edge.bottom);
  const root = s('svg', { class: 'curve-chart', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  for (const right of [low, (low + high) / 2, high]) {
    root.append(s('line', { class: 'grid-line', x1: x(0), x2: x(1), y1: y(right), y2: y(right) }));
    root.append(
      s('text', { class: 'tick', x: edge.left - 6, y: y(right) + 4, 'text-anchor': 'end' }, words.percent(right)),
    );
  }
  for (const share of [0, 0.5, 1])
    root.append(
      s(
        'text',
        {
          class: 'tick',
          x: x(share),
          y: height - 6,
          'text-anchor': share === 0 ? 'start' : share === 1 ? 'end' : 'middle',
        },
        words.percent(share),
      ),
    );
  root.append(
    s('polyline', { class: 'line', points: curve.map(({ share, right }) => `${x(share)},${y(right)}`).join(' ') }),
  );
  if (operating !== undefined && at !== undefined) {
    root.append(
      s('line', { class: 'mark', x1: x(operating), x2: x(operating), y1: edge.top, y2: height - edge.bottom }),
    );
    root.append(s('circle', { class: 'mark', cx: x(operating), cy: y(at), r: 4 }));
  }
  return root;
}

function s(tag: string, attributes: Readonly<Record<string, string | number>>, content?: string): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (content !== undefined) element.textContent = content;
  return element;
}
