// Requests for the tests of this room.
import type { TeacherRequest } from '../../src/tasks/completion/teacher-request.ts';

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
