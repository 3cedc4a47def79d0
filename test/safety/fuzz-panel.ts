// Valid messages of the panel, and a check that an accepted message contains everything that the panel reads.
import {
  type PanelReport,
  type PanelRow,
  type PanelState,
  type PanelTask,
  panelCommands,
  type ToPanel,
} from '../../src/vscode/webview/protocol.ts';
import { rightAt } from '../../src/vscode/webview/task-view.ts';
import { flatten, Words } from '../../src/vscode/webview/wording.ts';

const row: PanelRow = {
  id: '1',
  at: 1_700_000_000_000,
  path: 'src/a.ts',
  line: 3,
  before: 'const a = ',
  text: 'b;',
  source: 'specialist',
  model: 'n-gram',
  cached: false,
  latencyMs: 3,
  costUsd: 0,
  savedUsd: 0.001,
  outcome: 'pending',
  decision: {
    summary: 'The local model is confident.',
    pSpecialist: 0.8,
    pApi: 0.9,
    pApiIsPrior: true,
    gain: 0.1,
    price: 0.2,
    features: [{ name: 'length', value: 3 }],
  },
};

const state: PanelState = {
  status: 'ready',
  statusText: 'Ready: 12 files',
  model: { kind: 'ready', name: 'base + n-gram', detail: 'int4' },
  balance: 0.4,
  showThreshold: 0.5,
  localOnly: false,
  slider: [{ balance: 0.4, share: 0.3, usd: 0.04, gain: 0.12 }],
  apiModel: 'claude-haiku-5-5',
  month: { spentUsd: 0.25, limitUsd: 1 },
  notices: [{ kind: 'info', text: 'No key', action: { label: 'Set', command: 'setApiKey' } }],
  progress: { title: 'Adapting', detail: '3 of 9', share: 0.3, cancellable: true },
};

const totals = {
  completions: 3,
  local: 2,
  api: 1,
  accepted: 1,
  typed: 1,
  characters: 40,
  spentUsd: 0.1,
  savedUsd: 0.2,
  localP50Ms: 3,
};

const report: PanelReport = {
  folder: 'shop',
  finishedAt: 1_700_000_000_000,
  sections: [
    { title: 'What it brought', text: ['Too few files.'] },
    {
      title: 'Lines exactly right',
      text: [],
      table: { head: ['Model', 'Right'], rows: [['adapted', '40.0%']] },
    },
  ],
};

const task: PanelTask = {
  name: 'issues',
  finishedAt: 1_700_000_000_000,
  isText: false,
  model: 'claude-haiku-5-5',
  texts: 1000,
  byPerson: 100,
  byApi: 200,
  inDoubt: 3,
  curve: [
    { share: 0, right: 0.8 },
    { share: 1, right: 0.9 },
  ],
  notes: ['Measured on 100 texts.'],
  operating: 0.4,
  runUsd: 0.1,
  soFarUsd: 0.2,
  restUsd: 0.01,
};

const toPanel: readonly ToPanel[] = [
  {
    type: 'init',
    strings: { adapt: 'Adapt' },
    locale: 'en',
    state,
    rows: [row, { ...row, id: '2', source: 'none', heldBack: { p: 0.1, threshold: 0.5 } }],
    totals: { session: totals, all: totals },
    reports: [report],
    tasks: [task],
  },
  { type: 'state', state },
  { type: 'row', row },
  { type: 'totals', totals: { session: totals, all: totals } },
  { type: 'reports', reports: [report] },
  { type: 'tasks', tasks: [task] },
  { type: 'clear' },
  { type: 'reveal', section: 'report' },
];

const fromPanel = [
  { type: 'ready' },
  { type: 'balance', value: 0.5 },
  { type: 'threshold', value: 0.5 },
  { type: 'command', command: panelCommands[0] },
  { type: 'open', id: '1' },
];

/** Reads and uses the same fields as the panel's views. Throws if the views would throw. */
function check(message: ToPanel): void {
  const words = message.type === 'init' ? new Words(message.strings, message.locale) : new Words({}, 'en');
  const texts = (...values: readonly string[]) => values.forEach((value) => void flatten(value));
  const one = (each: PanelRow) => {
    texts(each.id, each.path, each.before, each.text, each.model);
    words.latency(each.latencyMs);
    words.money(each.costUsd + each.savedUsd);
    words.time(each.at);
    words.t(`outcome.${each.outcome}`, each.line);
    const { decision, heldBack } = each;
    if (heldBack) words.t('heldBackReason', words.percent(heldBack.p), words.percent(heldBack.threshold));
    if (decision === undefined) return;
    texts(decision.summary, ...decision.features.map(({ name }) => name));
    words.number(decision.pSpecialist + (decision.pApi ?? 0) + decision.gain + decision.price, 2);
    for (const { value } of decision.features) words.value(value);
  };
  const stated = (each: PanelState) => {
    texts(each.status, each.statusText, each.apiModel, each.model.kind, each.model.name, each.model.detail);
    words.percent(each.balance + each.showThreshold);
    for (const { share, usd, gain } of each.slider)
      words.t('x', words.percent(share + (gain ?? 0)), words.money(usd ?? 0));
    if (each.month) words.t('spentMonth', words.money(each.month.spentUsd), words.money(each.month.limitUsd));
    for (const { text, kind, action } of each.notices) texts(text, kind, action?.label ?? '', action?.command ?? '');
    if (each.progress) texts(each.progress.title, each.progress.detail);
    if (each.progress?.share !== undefined) words.percent(each.progress.share);
  };
  const counted = (each: Extract<ToPanel, { type: 'totals' }>['totals']) => {
    for (const { completions, local, api, accepted, typed, characters, ...rest } of [each.session, each.all]) {
      words.count(completions + local + api + accepted + typed + characters);
      words.money(rest.spentUsd + rest.savedUsd);
      words.latency(rest.localP50Ms);
    }
  };
  const reported = (each: Extract<ToPanel, { type: 'reports' }>['reports'][number]) => {
    texts(each.folder);
    words.date(each.finishedAt);
    for (const { title, text, table } of each.sections)
      texts(title, ...text, ...(table?.head ?? []), ...(table?.rows.flat() ?? []));
  };
  const ran = (each: PanelTask) => {
    texts(each.name, each.model ?? '', ...each.notes);
    words.date(each.finishedAt);
    words.count(each.texts - each.byPerson - each.byApi + each.inDoubt);
    words.money(each.runUsd + each.soFarUsd + (each.restUsd ?? 0));
    for (const { share, right } of each.curve) texts(words.percent(share), words.percent(right, 1));
    rightAt(each.curve, each.operating ?? 0);
  };
  if (message.type === 'init') {
    message.tasks.forEach(ran);
    stated(message.state);
    message.rows.forEach(one);
    counted(message.totals);
    message.reports.forEach(reported);
  } else if (message.type === 'state') stated(message.state);
  else if (message.type === 'row') one(message.row);
  else if (message.type === 'totals') counted(message.totals);
  else if (message.type === 'reports') message.reports.forEach(reported);
  else if (message.type === 'tasks') message.tasks.forEach(ran);
}

export const panelMessages = { toPanel, fromPanel, check } as const;
