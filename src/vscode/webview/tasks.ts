// The panel's section with the results of the text tasks' last runs.
import { button, h } from './dom.ts';
import type { PanelTask } from './protocol.ts';
import { taskView } from './task-view.ts';
import type { Words } from './wording.ts';

export class TasksView {
  readonly element: HTMLElement;
  private readonly body = h('div', { class: 'reports' });
  private readonly words: Words;

  constructor(words: Words, onRun: () => void) {
    this.words = words;
    this.element = h(
      'section',
      { class: 'card tasks', 'aria-labelledby': 'tasks-title' },
      h(
        'header',
        {},
        h('h2', { id: 'tasks-title' }, words.t('tasks')),
        button(words.t('task.run'), onRun, { class: 'secondary small' }),
      ),
      this.body,
    );
  }

  /** Updates the section. It is hidden if no task was run. */
  update(tasks: readonly PanelTask[]): void {
    this.element.hidden = tasks.length === 0;
    this.body.replaceChildren(...tasks.map((task) => taskView(this.words, task)));
  }
}
