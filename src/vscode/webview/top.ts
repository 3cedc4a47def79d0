// The top of the panel: status, notices, the run in progress, and the slider between local and large model.
import { button, h, keepChildren } from './dom.ts';
import {
  type PanelNotice,
  type PanelProgress,
  type PanelState,
  shortModel,
  type ThresholdStep,
  thresholdSteps,
  wrongShares,
} from './protocol.ts';
import type { Words } from './wording.ts';

export interface StatusActions {
  readonly run: (command: string) => void;
  readonly setBalance: (value: number) => void;
  readonly setThreshold: (value: number) => void;
}

export class StatusView {
  readonly element: HTMLElement;
  private readonly line = h('div.status', { role: 'status', 'aria-live': 'polite' });
  private readonly model = h('p.model');
  private readonly notices = h('div.notices', { role: 'region', 'aria-label': 'Notices', 'aria-live': 'polite' });
  private readonly progress = h('div.progress-slot');
  private readonly slider = h('input', {
    type: 'range',
    min: '5',
    max: '100',
    step: '5',
    id: 'balance',
    'aria-label': 'Balance between the models',
  });
  private readonly meaning = h('p.dim.meaning', { id: 'balance-meaning' });
  private readonly threshold: ReturnType<typeof thresholdView>;
  private readonly words: Words;
  private readonly actions: StatusActions;
  private state: PanelState | undefined;
  /** The data that each part was last drawn from, as JSON. */
  private readonly drawnData = new Map<string, string>();
  private readonly shownNotices = new Map<string, HTMLElement>();

  constructor(words: Words, actions: StatusActions) {
    this.words = words;
    this.actions = actions;
    this.slider.setAttribute('aria-describedby', 'balance-meaning');
    this.slider.addEventListener('input', () => this.explain(Number(this.slider.value) / 100));
    this.slider.addEventListener('change', () => actions.setBalance(Number(this.slider.value) / 100));
    this.threshold = thresholdView(words, actions.setThreshold);
    const menu = button('Menu', () => actions.run('showMenu'), { class: 'secondary small' });
    this.element = h(
      'section.top',
      { 'aria-label': 'Status' },
      h('div.line', this.line, menu),
      ...[this.model, this.notices, this.progress],
      h(
        'div.balance',
        h('label.label', { for: 'balance' }, 'Balance between the models'),
        this.slider,
        h('div.ends.dim', { 'aria-hidden': 'true' }, h('span', 'Local model first'), h('span', 'Large model first')),
        this.meaning,
      ),
      this.threshold.element,
    );
  }

  update(state: PanelState): void {
    this.state = state;
    // An unchanged part is not redrawn: screen readers would read it again, and a button in it would lose the focus.
    if (this.hasChanged('line', [state.status, state.statusText])) {
      this.line.replaceChildren(
        h('span', { class: `dot ${state.status}`, 'aria-hidden': 'true' }),
        h('span', state.statusText),
      );
    }
    if (this.hasChanged('model', state.model)) {
      const { kind, name, detail } = state.model;
      this.model.replaceChildren(
        h('span', { class: `badge ${kind}`, title: `${'The local model in use'}: ${name}` }, shortModel(name)),
        h('span.dim', detail),
      );
    }
    const wantedNotices = new Map(state.notices.map((each) => [JSON.stringify(each), () => this.notice(each)]));
    keepChildren(this.notices, this.shownNotices, wantedNotices);
    this.showProgress(state.progress);
    this.threshold.update(state.showThreshold);
    this.slider.disabled = state.apiModel === '';
    if (document.activeElement !== this.slider) this.slider.value = String(Math.round(state.balance * 100));
    this.explain(Number(this.slider.value) / 100);
  }

  private hasChanged(part: string, value: unknown): boolean {
    const text = JSON.stringify(value);
    if (this.drawnData.get(part) === text) return false;
    this.drawnData.set(part, text);
    return true;
  }

  private notice({ kind, text, action, other, decline }: PanelNotice): HTMLElement {
    const style = kind === 'warning' ? 'small' : 'secondary small';
    const buttons = [action, other, decline].map(
      (each) => each && button(each.label, () => this.actions.run(each.command), { class: style }),
    );
    return h(
      'div',
      { class: `notice ${kind}` },
      h('div.text', ...text.split('\n').map((each) => h('p', each))),
      ...buttons,
    );
  }

  private showProgress(progress: PanelProgress | undefined): void {
    if (this.hasChanged('progress', progress && [progress.title, progress.cancellable])) {
      this.progress.replaceChildren(...(progress ? [this.progressGroup(progress)] : []));
    }
    const bar = this.progress.querySelector('progress');
    if (!progress || !bar) return;
    if (progress.share === undefined) bar.removeAttribute('value');
    else bar.value = progress.share;
    const detail = this.progress.querySelector('.detail');
    if (detail) detail.textContent = progress.detail;
  }

  private progressGroup(progress: PanelProgress): HTMLElement {
    const cancel = button('Cancel', () => this.actions.run('cancelAdapt'), { class: 'secondary small' });
    return h(
      'div',
      {
        class: 'progress',
        role: 'group',
        'aria-labelledby': 'progress-title',
        'aria-describedby': 'progress-detail',
      },
      h(
        'div.line',
        h('strong', { id: 'progress-title' }, progress.title),
        h('span.dim.detail', { id: 'progress-detail' }),
      ),
      h(
        'div.line',
        h('progress', { max: '1', 'aria-labelledby': 'progress-title', 'aria-describedby': 'progress-detail' }),
        progress.cancellable ? cancel : undefined,
      ),
    );
  }

  /** Describes the slider's position, with cost and gain if this folder's last adaptation has measured them. */
  private explain(balance: number): void {
    const { state } = this;
    const model = state?.apiModel ?? '';
    const none = state?.localOnly
      ? 'Local-only mode is on. Nothing leaves this machine.'
      : 'No large model can be called: every completion is local.';
    const text = model === '' ? none : whenCalled(balance, model);
    const figures = model === '' ? '' : this.figures(balance);
    const description = figures === '' ? text : `${text} ${figures}`;
    this.meaning.textContent = description;
    this.slider.setAttribute('aria-valuetext', description);
  }

  /** 'About 30 of 100 completions call the large model: $0.04 an hour with next edits, 12% more lines right.' */
  private figures(balance: number): string {
    const { words, state } = this;
    const point = state?.slider.find((each) => Math.abs(each.balance - balance) < 0.025);
    if (point === undefined) return '';
    const calls = `About ${Math.round(100 * point.share)} of 100 completions call the large model`;
    const { usd, gain } = point;
    const more =
      gain === undefined ? '' : `, ${words.percent(Math.abs(gain))} ${gain < 0 ? 'fewer' : 'more'} lines right`;
    return `${calls}: ${words.money(usd)} an hour with next edits${more}.`;
  }
}

function whenCalled(balance: number, model: string): string {
  if (balance < 0.35) return `Calls ${model} only if it is much more likely to be right.`;
  if (balance <= 0.6) return `Calls ${model} if the expected gain exceeds the price of the call.`;
  if (balance < 1) return `Calls ${model} if it may be right more often.`;
  return `Always calls ${model}. The local model completes if the call fails.`;
}

const stepNames: { readonly [S in ThresholdStep]: string } = { more: 'More', balanced: 'Balanced', less: 'Less' };

function thresholdView(words: Words, setThreshold: (threshold: number) => void) {
  const steps = (Object.keys(thresholdSteps) as ThresholdStep[]).map(
    (step) => [step, button(stepNames[step], () => setThreshold(thresholdSteps[step]))] as const,
  );
  const note = h('p.dim.meaning', { id: 'amount-note' });
  const choice = { role: 'group', 'aria-labelledby': 'amount', 'aria-describedby': 'amount-note' };
  const element = h(
    'div.amount',
    h('span.label', { id: 'amount' }, 'How much is shown'),
    h('div.line', h('div.choice', choice, ...steps.map(([, stepButton]) => stepButton))),
    note,
  );
  const update = (threshold: number) => {
    for (const [step, stepButton] of steps)
      stepButton.setAttribute('aria-pressed', String(thresholdSteps[step] === threshold));
    const step = steps.find(([each]) => thresholdSteps[each] === threshold)?.[0];
    const measured =
      step === undefined
        ? ''
        : ` Typing the benchmark, ${words.percent(wrongShares[step])} of the shown ones were wrong.`;
    note.textContent = `A suggestion of ten characters is shown if its confidence is at least ${words.percent(threshold)}. A shorter one needs a higher confidence, a whole line a lower one. What is not shown is listed below in grey.${measured}`;
  };
  return { element, update };
}
