// Requests for the tests of this room.

import type { Teacher } from '../../src/llm/types.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import type { TeacherRequest } from '../../src/prompts/completion/teacher-request.ts';

/** A request whose cursor is at '¦' in the text. */
export function at(
  text: string,
  over: Partial<TeacherRequest> & { path?: string; languageId?: string } = {},
): TeacherRequest {
  const { path = 'src/shop/cart.ts', languageId = 'typescript', ...rest } = over;
  const cursor = text.indexOf('¦');
  return {
    query: { path, languageId, prefix: text.slice(0, cursor), suffix: text.slice(cursor + 1) },
    snippets: [],
    multiline: false,
    ...rest,
  };
}

export const never = new AbortController().signal;

type Rest = Parameters<Teacher['ask']> extends [unknown, ...infer R] ? R : never;

/** Asks a teacher what belongs at a place. */
export function complete(teacher: Teacher, request: TeacherRequest, ...rest: Rest): ReturnType<Teacher['ask']> {
  return teacher.ask(completionPrompt(request, teacher.facts), ...rest);
}
