// The panel's browser code: draws the host's messages, and sends the user's actions back.
import { h } from './dom.ts';
import type { FromPanel, PanelAction, ToPanel } from './protocol.ts';
import { reportView } from './report.ts';
import { RowList } from './rows.ts';
import { StatusView } from './top.ts';
import { totalsView } from './totals.ts';
import { Words } from './wording.ts';

interface HostApi {
  postMessage(message: FromPanel): void;
}
declare function acquireVsCodeApi(): HostApi;

const host = acquireVsCodeApi();

let views: ReturnType<typeof build> | undefined;

function build(words: Words, reportActions: readonly PanelAction[]) {
  const run = (command: string) => host.postMessage({ type: 'command', command });
  const report = reportView(words, reportActions, run);
  const status = new StatusView(words, {
    run,
    setBalance: (value) => host.postMessage({ type: 'balance', value }),
    setThreshold: (value) => host.postMessage({ type: 'threshold', value }),
  });
  const totals = totalsView(words);
  const rows = new RowList(words, (id) => host.postMessage({ type: 'open', id }));
  const list = h(
    'section.card.list',
    { 'aria-labelledby': 'list-title' },
    h('header', h('h2', { id: 'list-title' }, 'Completions')),
    rows.element,
  );
  // The order of a narrow side bar. A wide panel puts the list beside the other sections (media/panel/wide.css).
  const columns = h('div.columns', totals.element, list, report.element);
  document.body.replaceChildren(h('main', status.element, columns));
  return { status, totals, rows, report };
}

function receive(message: ToPanel): void {
  if (message.type === 'init') {
    views = build(new Words(message.locale), message.reportActions);
    views.status.update(message.state);
    views.rows.reset(message.rows);
    views.totals.update({ totals: message.totals, month: message.state.month });
    views.report.update(message.reports);
    return;
  }
  if (!views) return;
  switch (message.type) {
    case 'state':
      views.status.update(message.state);
      views.totals.update({ month: message.state.month });
      break;
    case 'row':
      views.rows.put(message.row);
      views.totals.update({ totals: message.totals });
      break;
    case 'reports':
      views.report.update(message.reports);
      break;
    case 'reveal':
      views.report.reveal();
  }
}

window.addEventListener('message', ({ data }: MessageEvent<ToPanel>) => receive(data));
host.postMessage({ type: 'ready' });
