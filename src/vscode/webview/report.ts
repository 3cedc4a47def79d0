// The panel's part with the report of the last adaptation of each folder.
import type { Section } from '../../adapt/report/report-document.ts';
import { chartOf } from './chart.ts';
import { button, h, icon, icons } from './dom.ts';
import type { PanelAction, PanelReport } from './protocol.ts';
import type { Words } from './wording.ts';

export function reportView(words: Words, actions: readonly PanelAction[], run: (command: string) => void) {
  const body = h('div.reports');
  const small = { class: 'secondary small' };
  const buttons = h(
    'div.adapt-again',
    ...actions.map(({ label, command }) => button(label, () => run(command), small)),
  );
  const element = h(
    'section.card.report',
    { 'aria-labelledby': 'report-title', tabindex: '-1' },
    h('header', h('h2', { id: 'report-title' }, 'Adaptation'), buttons),
    body,
  );
  const nothing = () =>
    h(
      'div.empty',
      h('p.empty-title', 'Not adapted yet'),
      h(
        'p',
        'Suggestions come from a base model and an index of your files. An adaptation fits the router and the thresholds to your files in minutes, and measures on held-out files how reliable the models are. With a GPU or a long night it also trains. Completions continue meanwhile.',
      ),
      button('Adapt to This Repo', () => run('adapt')),
    );
  const one = ({ folder, finishedAt, sections }: PanelReport) =>
    h(
      'article',
      { 'aria-label': folder },
      h('h3', folder, h('span.dim', words.date(finishedAt))),
      h('div.sections', ...sections.map(sectionOf)),
    );
  return {
    element,
    update(reports: readonly PanelReport[]): void {
      element.classList.toggle('has-report', reports.length > 0);
      body.replaceChildren(...(reports.length === 0 ? [nothing()] : reports.map(one)));
    },
    reveal(): void {
      element.scrollIntoView({ block: 'start' });
      element.focus({ preventScroll: true });
    },
  };
}

function sectionOf({ title, text, chart, table }: Section): HTMLElement {
  const lines = text.map((line) => h('p', line));
  const figures = table && tableOf(table, title);
  const folded = chart && figures ? h('details.fold', h('summary', icon(icons.chevron), 'Figures'), figures) : figures;
  return h('section', { 'aria-label': title }, h('h4', title), ...lines, chart && chartOf(chart), folded);
}

/** A table whose rows begin with their names. */
export function tableOf({ head, rows }: NonNullable<Section['table']>, title: string): HTMLElement {
  const cells = (values: readonly string[]) => values.map((value) => h('td', value));
  return h(
    'table.report-table',
    h('caption.unseen', title),
    h('thead', h('tr', ...head.map((name) => h('th', { scope: 'col' }, name)))),
    h('tbody', ...rows.map(([name = '', ...values]) => h('tr', h('th', { scope: 'row' }, name), ...cells(values)))),
  );
}
