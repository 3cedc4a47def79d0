// A valid message of each kind to the panel.
import type { PanelReport, PanelRow, PanelState, PanelTask, ToPanel } from '../../../src/vscode/webview/protocol.ts';

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

export const toPanel: readonly ToPanel[] = [
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
