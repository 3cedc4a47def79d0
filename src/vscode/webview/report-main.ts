// The browser code of the report's page: sections, and a chart above each table that has one.
import { chartOf } from './chart.ts';
import { button, h } from './dom.ts';
import { type FromPage, type PageSection, parseToPage, type ToPage } from './report-protocol.ts';
import { sectionContent } from './report-sections.ts';
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

function sectionOf(words: Words, section: PageSection, id: string): HTMLElement {
  const chart = section.chart && chartOf(words, section.chart);
  return h(
    'section',
    { class: 'card', 'aria-labelledby': id },
    h('h2', { id }, section.title),
    ...sectionContent(words, section, chart),
  );
}

window.addEventListener('message', (event) => {
  const message = parseToPage(event.data);
  if (message) draw(message);
});
host.postMessage({ type: 'ready' });
