// The browser code of the report's page: sections with their charts, and behind each chart its table.
import { chartOf } from './chart.ts';
import { bar, button, h, icon, icons } from './dom.ts';
import { type FromPage, type PageSection, parseToPage, type ToPage } from './report-protocol.ts';
import { Words } from './wording.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

const host = acquireVsCodeApi();

function draw({ strings, locale, document: report, actions }: ToPage): void {
  const words = new Words(strings, locale);
  document.body.replaceChildren(
    h(
      'main',
      { class: 'report-page' },
      h(
        'header',
        {},
        h('h1', {}, report.title, h('span', { class: 'dim' }, report.subtitle)),
        h(
          'div',
          { class: 'actions' },
          ...actions.map(({ action, label }) =>
            button(label, () => host.postMessage({ type: 'action', action }), { class: 'secondary small' }),
          ),
        ),
      ),
      ...report.sections.map((section, i) => sectionOf(words, section, `section-${i}`)),
    ),
  );
}

function sectionOf(words: Words, { title, text, chart, table, examples = [] }: PageSection, id: string): HTMLElement {
  const drawn = table && tableOf(words, table, title);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': id },
    h('h2', { id }, title),
    ...text.map((line) => h('p', {}, line)),
    chart && chartOf(words, chart),
    chart && drawn ? folded(words.t('asTable'), drawn) : drawn,
    examples.length === 0
      ? undefined
      : folded(words.counted('placesShown', examples.length), ...examples.map(exampleOf)),
  );
}

function folded(name: string, ...of: HTMLElement[]): HTMLElement {
  return h('details', { class: 'fold' }, h('summary', {}, icon(icons.chevron), name), ...of);
}

function tableOf(words: Words, { head, rows }: NonNullable<PageSection['table']>, title: string): HTMLElement {
  const cell = (value: string | number) =>
    typeof value === 'string'
      ? h('td', {}, value)
      : h('td', { class: 'share' }, h('span', { class: 'number' }, words.percent(value)), bar(value, 'specialist'));
  return h(
    'table',
    {},
    h('caption', { class: 'unseen' }, title),
    h('thead', {}, h('tr', {}, ...head.map((name) => h('th', { scope: 'col' }, name)))),
    h(
      'tbody',
      {},
      ...rows.map(([name = '', ...values]) =>
        h('tr', {}, h('th', { scope: 'row' }, String(name)), ...values.map(cell)),
      ),
    ),
  );
}

function exampleOf({ place, before, lines }: NonNullable<PageSection['examples']>[number]): HTMLElement {
  return h(
    'div',
    { class: 'example' },
    h('p', { class: 'foot' }, place),
    h('pre', { class: 'code' }, h('span', { class: 'before' }, before)),
    h(
      'dl',
      { class: 'answers' },
      ...lines.map(({ who, text }) => h('div', {}, h('dt', {}, who), h('dd', {}, h('code', {}, text)))),
    ),
  );
}

window.addEventListener('message', (event) => {
  const message = parseToPage(event.data);
  if (message) draw(message);
});
host.postMessage({ type: 'ready' });
