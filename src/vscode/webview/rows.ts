// The list of completions, newest first. An opened row shows its text and the decision.
import type { Outcome } from '../../common/completion.ts';
import { bar, button, h, icon, icons } from './dom.ts';
import { type PanelRow, shortModel } from './protocol.ts';
import { flatten, placesLeft, type Words } from './wording.ts';

const outcomes: { readonly [O in Outcome]: { readonly name: string; readonly shape: string } } = {
  pending: { name: 'shown', shape: icons.dots },
  accepted: { name: 'accepted', shape: icons.check },
  'partly-accepted': { name: 'accepted in part', shape: icons.half },
  typed: { name: 'typed by hand', shape: icons.keys },
  rejected: { name: 'rejected: other text was typed', shape: icons.cross },
  ignored: { name: 'ignored', shape: icons.dash },
};

const sources: { readonly [S in PanelRow['source']]: string } = {
  specialist: 'Answered by the local model',
  api: 'Answered by the large model',
  edit: 'Offered as the next edit',
  none: 'No suggestion was shown',
};

/** Maximum number of rows in the list. Older rows are gone. */
export const rowLimit = 200;

interface Entry {
  row: PanelRow;
  readonly element: HTMLDetailsElement;
}

export class RowList {
  readonly element: HTMLElement;
  private readonly list = h('ol.rows', { 'aria-label': 'Completions' });
  private readonly empty = h(
    'div.empty',
    h('p.empty-title', 'No completions yet'),
    h('p', 'Type in a file. Each suggestion is listed here with its model, confidence, latency and cost.'),
  );
  private readonly entries = new Map<string, Entry>();
  /** The row that the Tab key reaches: the last visited one, else the newest. Arrow keys reach the others. */
  private tabStop: { readonly id: string; readonly visited: boolean } | undefined;
  private readonly words: Words;
  private readonly onGoToPosition: (id: string) => void;

  constructor(words: Words, onGoToPosition: (id: string) => void) {
    this.words = words;
    this.onGoToPosition = onGoToPosition;
    this.element = h('div', this.empty, this.list);
    this.list.addEventListener('keydown', (event) => this.move(event));
    this.list.addEventListener('focusin', ({ target }) => {
      const focused = [...this.entries.values()].find(({ element }) => element.contains(target as Node));
      if (focused) this.setTabStop(focused.row.id, true);
    });
  }

  /** Replaces all rows; `rows` newest first. */
  reset(rows: readonly PanelRow[]): void {
    this.entries.clear();
    this.tabStop = undefined;
    this.list.replaceChildren();
    for (const row of [...rows].slice(0, rowLimit).reverse()) this.put(row);
    this.empty.hidden = this.entries.size > 0;
  }

  /** Adds a row on top, or redraws a known row in its place. An open row stays open. */
  put(row: PanelRow): void {
    const existingEntry = this.entries.get(row.id);
    if (existingEntry) {
      this.redraw(existingEntry, row);
      return;
    }
    const element = h(
      'details',
      { class: `row source-${row.source}${row.heldBack ? ' held' : ''}` },
      this.summary(row),
    );
    const entry: Entry = { row, element };
    element.addEventListener('toggle', () => this.drawDetails(entry));
    this.entries.set(row.id, entry);
    if (this.tabStop?.visited !== true) this.setTabStop(row.id, false);
    this.list.prepend(h('li', element));
    this.empty.hidden = true;
    if (this.entries.size > rowLimit) {
      const oldest = this.entries.keys().next().value as string;
      this.entries.get(oldest)?.element.parentElement?.remove();
      this.entries.delete(oldest);
      if (this.tabStop?.id === oldest) this.setTabStop(row.id, false);
    }
  }

  /** Redraws a row in its place. Open parts stay open, and the focus is kept. */
  private redraw(entry: Entry, row: PanelRow): void {
    const { element } = entry;
    const parts = () => [...element.querySelectorAll<HTMLElement>('summary, button, pre')];
    const focused = parts().indexOf(document.activeElement as HTMLElement);
    element.classList.toggle('held', row.heldBack !== undefined);
    entry.row = row;
    element.replaceChildren(this.summary(row));
    this.drawDetails(entry);
    if (focused >= 0) (parts()[focused] ?? parts()[0])?.focus();
  }

  private setTabStop(id: string, visited: boolean): void {
    const summaryOf = (rowId: string | undefined) => this.entries.get(rowId ?? '')?.element.querySelector('summary');
    summaryOf(this.tabStop?.id)?.setAttribute('tabindex', '-1');
    this.tabStop = { id, visited };
    summaryOf(id)?.setAttribute('tabindex', '0');
  }

  private summary(row: PanelRow): HTMLElement {
    const { words } = this;
    const { confidence } = row;
    const { name: outcome, shape } = outcomes[row.outcome];
    const isAnswered = row.source !== 'none';
    const hasLatency = isAnswered && (row.edit === undefined || row.latencyMs > 0);
    const latency = row.cached ? 'cached' : words.latency(hasLatency ? row.latencyMs : undefined);
    const model = isAnswered ? row.model : row.heldBack ? 'held back' : 'none';
    const text = row.text === '' && !isAnswered ? 'no suggestion' : flatten(suggestedText(row));
    // A second percentage beside the confidence would be taken for another one: the limit is in the title.
    const why = row.heldBack?.why && h('span.limit.dim', `${row.heldBack.why} `);
    return h(
      'summary',
      {
        'aria-label': this.accessibleName(row, model, outcome),
        tabindex: this.tabStop?.id === row.id ? '0' : '-1',
      },
      icon(icons.chevron),
      h('span', { class: 'badge', title: `${model}: ${sources[row.source]}` }, shortModel(model)),
      h('span.proposal', { title: isAnswered ? row.text : this.whyNotShown(row) }, why, text),
      h('span.place', `${row.path}:${row.line}`),
      h(
        'span.confidence',
        { title: 'Confidence' },
        ...(confidence === undefined ? ['–'] : [bar(confidence, row.source), words.percent(confidence)]),
      ),
      h('span.latency', { title: 'Latency' }, latency),
      h('span.cost', { title: 'Cost' }, words.money(row.costUsd)),
      h('span', { class: `outcome outcome-${row.outcome}`, title: outcome }, isAnswered ? icon(shape) : ''),
    );
  }

  private accessibleName(row: PanelRow, model: string, outcome: string): string {
    const { words } = this;
    const position = `${row.path}:${row.line}`;
    if (row.source === 'none') return [model, this.whyNotShown(row), position].join(', ');
    const parts = [model, flatten(suggestedText(row))];
    if (row.confidence !== undefined) parts.push(`Confidence ${words.percent(row.confidence)}`);
    if (row.edit?.learnedFrom.length) parts.push(placesLeft(words, row.edit.left, row.edit.unsure));
    if (row.edit === undefined || row.latencyMs > 0) parts.push(words.latency(row.latencyMs), words.money(row.costUsd));
    parts.push(outcome, position);
    return parts.join(', ');
  }

  private whyNotShown({ heldBack }: PanelRow): string {
    const { words } = this;
    if (!heldBack) return 'no suggestion';
    return `${words.percent(heldBack.p)} sure, shown from ${this.limitOf(heldBack)}`;
  }

  /** '65 %: the list is open' */
  private limitOf({ threshold, why }: NonNullable<PanelRow['heldBack']>): string {
    const { words } = this;
    const from = words.percent(threshold);
    return why === undefined ? from : `${from}: ${why}`;
  }

  private drawDetails(entry: Entry): void {
    const { element, row } = entry;
    element.querySelector('.row-details')?.remove();
    if (!element.open) return;
    const { words } = this;
    const details = h(
      'div.row-details',
      h(
        'pre',
        // The text may be larger than its box. With the focus, keys scroll it.
        {
          class: 'code',
          role: 'group',
          tabindex: '0',
          'aria-label': `The suggestion${row.heldBack ? ' that was held back' : ''}, with the text before it`,
        },
        h('span.before', row.before),
        row.edit ? h('del', row.edit.removed) : undefined,
        h('span.inserted', row.text),
      ),
      row.edit && row.summary === undefined ? this.edit(row.edit) : decision(row),
      h(
        'p.foot',
        h('span.dim', `${words.time(row.at)} · ${outcomes[row.outcome].name}`),
        row.savedUsd > 0 ? h('span.dim', `saved ${words.money(row.savedUsd)}`) : undefined,
        button('Go to the position', () => this.onGoToPosition(row.id), { class: 'link' }),
      ),
    );
    element.append(details);
  }

  /** The edits that a next edit repeats, and how many places are left. */
  private edit({ learnedFrom, left, unsure }: NonNullable<PanelRow['edit']>): HTMLElement {
    const { words } = this;
    const items = learnedFrom.map(({ removed, inserted }) =>
      h('li', h('del', flatten(removed)), ' ', h('ins', flatten(inserted))),
    );
    return h(
      'div.edit',
      ...(items.length > 0 ? [h('p', 'It repeats these edits:'), h('ul', ...items)] : []),
      h('p.dim', placesLeft(words, left, unsure)),
    );
  }

  /** Moves between rows with the arrow keys, Home and End. The browser itself opens a row on Enter and Space. */
  private move(event: KeyboardEvent): void {
    const heads = [...this.list.querySelectorAll<HTMLElement>('.row > summary')];
    const index = heads.indexOf(event.target as HTMLElement);
    if (index < 0) return;
    const targetIndex = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: heads.length - 1 }[event.key];
    const head = targetIndex === undefined ? undefined : heads[targetIndex];
    if (!head) return;
    event.preventDefault();
    head.focus();
  }
}

function decision({ summary, source }: PanelRow): HTMLElement {
  const hint = source === 'none' && h('p.dim', 'Alt+\\ in the editor shows the best suggestion at any confidence.');
  return h('div.decision', h('p.why', summary), hint || undefined);
}

/** 'total → sum' for an edit that replaces a text; its line's beginning for one without a text. */
function suggestedText({ text, edit, before }: PanelRow): string {
  if (edit?.removed === '' && text === '') return before.trim();
  return edit === undefined || edit.removed === '' ? text : `${edit.removed.trim()} → ${text.trim()}`;
}
