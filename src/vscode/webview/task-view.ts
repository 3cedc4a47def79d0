// The result of a text task's run, in the panel and above the table: labels by source, quality against calls, costs.
import { button, h, icon, icons } from './dom.ts';
import type { PanelTask } from './protocol.ts';
import { tableOf } from './report.ts';
import type { Words } from './wording.ts';

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
  const rows = curve.map(({ share, right }) => [words.percent(share), words.percent(right, 1)]);
  const rightAtLimit = operating === undefined ? undefined : rightAt(curve, operating);
  const point =
    rightAtLimit === undefined
      ? []
      : [h('p', {}, taskWords('point', words.percent(operating ?? 0), words.percent(rightAtLimit, 1)))];
  return h(
    'figure',
    { class: 'curve' },
    h('figcaption', { class: 'dim' }, caption),
    ...point,
    h(
      'details',
      { class: 'fold' },
      h('summary', {}, icon(icons.chevron), words.t('task.asTable')),
      tableOf({ head: [words.t('task.calls'), taskWords('right')], rows }, caption),
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

export class TasksView {
  readonly element: HTMLElement;
  private readonly body = h('div', { class: 'reports' });
  private readonly words: Words;

  constructor(words: Words, onRun: () => void) {
    this.words = words;
    this.element = h(
      'section',
      { class: 'card tasks', 'aria-labelledby': 'tasks-title' },
      h(
        'header',
        {},
        h('h2', { id: 'tasks-title' }, words.t('tasks')),
        button(words.t('task.run'), onRun, { class: 'secondary small' }),
      ),
      this.body,
    );
  }

  /** Updates the section. It is hidden if no task was run. */
  update(tasks: readonly PanelTask[]): void {
    this.element.hidden = tasks.length === 0;
    this.body.replaceChildren(...tasks.map((task) => taskView(this.words, task)));
  }
}
