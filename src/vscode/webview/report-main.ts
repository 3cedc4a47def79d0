// The browser code of the report's page: its title, its buttons and its sections.
import { button, h } from './dom.ts';
import { sectionsOf } from './report.ts';
import { type FromPage, parseToPage, type ToPage } from './report-protocol.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

const host = acquireVsCodeApi();

function draw({ document: report, actions }: ToPage): void {
  const buttons = actions.map(({ action, label }) =>
    button(label, () => host.postMessage({ type: 'action', action }), { class: 'secondary small' }),
  );
  document.body.replaceChildren(
    h(
      'main',
      { class: 'report-page' },
      h(
        'header',
        {},
        h('h1', {}, report.title, h('span', { class: 'dim' }, report.subtitle)),
        h('div', { class: 'actions' }, ...buttons),
      ),
      sectionsOf(report.sections, 'h2'),
    ),
  );
}

window.addEventListener('message', (event) => {
  const message = parseToPage(event.data);
  if (message) draw(message);
});
host.postMessage({ type: 'ready' });
