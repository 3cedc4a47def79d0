// A teacher in memory that answers by a script: for tests of whoever asks one.
import type { Result } from '../../src/common/errors.ts';
import { ok } from '../../src/common/errors.ts';
import type { TeacherRequest } from '../../src/tasks/completion/teacher-request.ts';
import type { Teacher, TeacherAnswer } from '../../src/teacher/types.ts';
import { unlessAborted } from './signal.ts';

/** What to do with one request: a text, an answer, a failure, or a promise of one (to hold it open). */
export type ScriptedReply = string | Result<TeacherAnswer> | Promise<string | Result<TeacherAnswer>>;
export type TeacherScript = (request: TeacherRequest, call: number) => ScriptedReply;

export function teacherAnswer(text: string, over: Partial<TeacherAnswer> = {}): TeacherAnswer {
  return {
    text,
    model: 'scripted',
    usage: { inputTokens: 100, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 10 },
    costUsd: 0.001,
    latencyMs: 250,
    firstTokenMs: 150,
    truncated: false,
    ...over,
  };
}

export class ScriptedTeacher implements Teacher {
  readonly model: string;
  /** Every request that was made, in order. */
  readonly requests: TeacherRequest[] = [];
  /** How many were cancelled by their signal before they were answered. */
  cancelled = 0;
  /** How many are open now, and the most that ever were. */
  open = 0;
  mostOpen = 0;
  estimate = 0.001;
  ceiling = 0.001;
  private readonly script: TeacherScript;

  /** @param script a text for every request, or what to do with each */
  constructor(script: string | TeacherScript = 'scripted()', model = 'scripted') {
    this.script = typeof script === 'string' ? () => script : script;
    this.model = model;
  }

  async complete(
    request: TeacherRequest,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
  ): Promise<Result<TeacherAnswer>> {
    signal.throwIfAborted();
    const call = this.requests.push(request) - 1;
    this.open++;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    try {
      const reply = await unlessAborted(this.script(request, call), signal, () => this.cancelled++);
      const result = typeof reply === 'string' ? ok(teacherAnswer(reply, { model: this.model })) : reply;
      if (result.ok) onText?.(result.value.text);
      return result;
    } finally {
      this.open--;
    }
  }

  estimateUsd(_request: TeacherRequest): number {
    return this.estimate;
  }

  ceilingUsd(_request: TeacherRequest): number {
    return this.ceiling;
  }
}
