// The panel's control of the display threshold: three steps, and a number field for other values.
import { button, h } from './dom.ts';
import { type ThresholdStep, thresholdSteps } from './protocol.ts';
import type { Words } from './wording.ts';

export class ThresholdView {
  readonly element: HTMLElement;
  private readonly steps: readonly (readonly [ThresholdStep, HTMLButtonElement])[];
  private readonly number: HTMLInputElement;
  private readonly note: HTMLElement;
  private readonly words: Words;

  constructor(words: Words, setThreshold: (threshold: number) => void) {
    this.words = words;
    this.steps = (Object.keys(thresholdSteps) as ThresholdStep[]).map((step) => [
      step,
      button(words.t(`amount.${step}`), () => setThreshold(thresholdSteps[step])),
    ]);
    this.number = h('input', {
      ...{ type: 'number', min: '0', max: '100', step: '5', id: 'amount-threshold' },
      'aria-describedby': 'amount-note',
    });
    this.number.addEventListener('change', () => {
      const percent = this.number.valueAsNumber;
      if (percent >= 0 && percent <= 100) setThreshold(percent / 100);
    });
    this.note = h('p', { class: 'dim meaning', id: 'amount-note' });
    const choice = { class: 'choice', role: 'group', 'aria-labelledby': 'amount', 'aria-describedby': 'amount-note' };
    this.element = h(
      'div',
      { class: 'amount' },
      h('span', { class: 'label', id: 'amount' }, words.t('amount')),
      h(
        'div',
        { class: 'line' },
        h('div', choice, ...this.steps.map(([, stepButton]) => stepButton)),
        h('label', { for: 'amount-threshold', class: 'threshold' }, words.t('amountThreshold'), this.number),
      ),
      this.note,
    );
  }

  update(threshold: number): void {
    for (const [step, button] of this.steps)
      button.setAttribute('aria-pressed', String(thresholdSteps[step] === threshold));
    if (document.activeElement !== this.number) this.number.value = String(Math.round(100 * threshold));
    this.note.textContent = this.words.t('amountNote', this.words.percent(threshold));
  }
}
