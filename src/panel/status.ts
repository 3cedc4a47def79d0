// The top of the panel: state, notices, work under way, and the slider between local and API.
import { button, h } from './dom.ts';
import type { PanelCommand, PanelProgress, PanelState } from './protocol.ts';
import type { Words } from './text.ts';

export interface StatusActions {
  readonly run: (command: PanelCommand) => void;
  readonly setBalance: (value: number) => void;
}

export class StatusView {
  readonly element: HTMLElement;
  private readonly line: HTMLElement;
  private readonly notices: HTMLElement;
  private readonly progress: HTMLElement;
  private readonly slider: HTMLInputElement;
  private readonly meaning: HTMLElement;
  private readonly words: Words;
  private readonly actions: StatusActions;
  private state: PanelState | undefined;

  constructor(words: Words, actions: StatusActions) {
    this.words = words;
    this.actions = actions;
    this.line = h('div', { class: 'status', role: 'status', 'aria-live': 'polite' });
    this.notices = h('div', {
      class: 'notices',
      role: 'region',
      'aria-label': words.t('notices'),
      'aria-live': 'polite',
    });
    this.progress = h('div', { class: 'progress-slot' });
    this.slider = h('input', {
      type: 'range',
      min: '0',
      max: '100',
      step: '5',
      id: 'balance',
      'aria-label': words.t('balance'),
    });
    this.meaning = h('p', { class: 'dim meaning', id: 'balance-meaning' });
    this.slider.setAttribute('aria-describedby', 'balance-meaning');
    this.slider.addEventListener('input', () => this.explain(Number(this.slider.value) / 100));
    this.slider.addEventListener('change', () => actions.setBalance(Number(this.slider.value) / 100));
    this.element = h(
      'section',
      { class: 'top', 'aria-label': words.t('status') },
      h(
        'div',
        { class: 'line' },
        this.line,
        button(words.t('menu'), () => actions.run('showMenu'), { class: 'secondary small' }),
      ),
      this.notices,
      this.progress,
      h(
        'div',
        { class: 'balance' },
        h('label', { for: 'balance', class: 'label' }, words.t('balance')),
        this.slider,
        h(
          'div',
          { class: 'ends dim', 'aria-hidden': 'true' },
          h('span', {}, words.t('localOnly')),
          h('span', {}, words.t('apiFirst')),
        ),
        this.meaning,
      ),
    );
  }

  update(state: PanelState): void {
    this.state = state;
    this.line.replaceChildren(
      h('span', { class: `dot ${state.status}`, 'aria-hidden': 'true' }),
      h('span', {}, state.statusText),
    );
    this.notices.replaceChildren(
      ...state.notices.map((notice) => {
        const { action } = notice;
        const act = action && button(action.label, () => this.actions.run(action.command), { class: 'small' });
        return h('div', { class: `notice ${notice.kind}` }, h('p', {}, notice.text), act);
      }),
    );
    this.progress.replaceChildren(...(state.progress ? [this.bar(state.progress)] : []));
    this.slider.disabled = state.localOnly;
    if (document.activeElement !== this.slider) this.slider.value = String(Math.round(state.balance * 100));
    this.explain(Number(this.slider.value) / 100);
  }

  private bar(progress: PanelProgress): HTMLElement {
    const known = progress.share !== undefined;
    const element = h('progress', {
      max: '1',
      'aria-label': progress.title,
      ...(known && { value: String(progress.share) }),
    });
    return h(
      'div',
      { class: 'progress' },
      h('div', { class: 'line' }, h('strong', {}, progress.title), h('span', { class: 'dim' }, progress.detail)),
      h(
        'div',
        { class: 'line' },
        element,
        progress.cancellable
          ? button(this.words.t('cancel'), () => this.actions.run('cancelAdapt'), { class: 'secondary small' })
          : undefined,
      ),
    );
  }

  /** Says in words what the slider's place means; the exact price is in each decision. */
  private explain(balance: number): void {
    const { words, state } = this;
    const key =
      balance === 0 ? 'none' : balance < 0.35 ? 'rarely' : balance <= 0.6 ? 'worth' : balance < 1 ? 'often' : 'first';
    const text = state?.localOnly
      ? words.t('balance.locked')
      : words.t(`balance.${key}`, state?.apiModel || words.t('theApi'));
    this.meaning.textContent = text;
    this.slider.setAttribute('aria-valuetext', text);
  }
}
