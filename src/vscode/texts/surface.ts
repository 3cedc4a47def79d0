// Text tasks in the editor.
import type { Surface } from '../editor/surface.ts';
import { TextTasks, type TextTasksDeps } from './text-tasks.ts';

export function textTasks(deps: TextTasksDeps, owned: { add(tasks: TextTasks): TextTasks }): Surface {
  const tasks = owned.add(new TextTasks(deps));
  return {
    commands: {
      newTextTask: () => tasks.createTask(),
      runTextTask: (name?: string) => tasks.run(name),
      showLabels: (name?: string) => tasks.show(name),
    },
    begin: () => void tasks.load(),
    deleted: () => void tasks.load(),
  };
}
