// A teacher that keeps every paid answer in the store before anybody sees it, and never spends more than its budget.
import { createHash } from 'node:crypto';
import { messageOf, ok, type Result } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import type { TeacherCall } from '../common/teacher-call.ts';
import type { Budget } from './budget.ts';
import { modelFacts } from './models.ts';
import { buildPrompt } from './prompt.ts';
import type { Teacher, TeacherAnswer, TeacherRequest } from './types.ts';

/** What is needed of the store. Synchronous: a call is on disk when `recordTeacherCall` returns. */
export interface TeacherCallStore {
  findTeacherCall(requestHash: string): TeacherCall | undefined;
  recordTeacherCall(call: TeacherCall): void;
}

export interface RecordingOptions {
  /** 'labelling' takes the answer to a question that was paid for before from the store. */
  readonly purpose: 'completion' | 'labelling';
  /** The workspace folder. */
  readonly folder: string;
  readonly budget?: Budget;
  readonly log?: Log;
  /** Wall clock, ms since 1970. */
  readonly now?: () => number;
}

export class RecordingTeacher implements Teacher {
  private readonly teacher: Teacher;
  private readonly store: TeacherCallStore;
  private readonly options: RecordingOptions;

  constructor(teacher: Teacher, store: TeacherCallStore, options: RecordingOptions) {
    this.teacher = teacher;
    this.store = store;
    this.options = options;
  }

  get model(): string {
    return this.teacher.model;
  }

  /** 0 for a question whose answer is in the store already. */
  estimateUsd(request: TeacherRequest): number {
    const labelling = this.options.purpose === 'labelling';
    return labelling && this.known(requestHash(this.model, request)) ? 0 : this.teacher.estimateUsd(request);
  }

  async complete(
    request: TeacherRequest,
    signal: AbortSignal,
    onText?: (textSoFar: string) => void,
    onLost?: (paid: TeacherAnswer) => void,
  ): Promise<Result<TeacherAnswer>> {
    signal.throwIfAborted();
    const hash = requestHash(this.model, request);
    const known = this.known(hash);
    if (known !== undefined) return ok(fromStore(known));
    const { budget } = this.options;
    const reservation = budget?.reserve(this.teacher.estimateUsd(request));
    if (budget !== undefined && reservation === undefined) return budget.overBudget();
    let paid = 0;
    try {
      const result = await this.teacher.complete(request, signal, onText, (lost) => {
        paid = lost.costUsd;
        // Under a name of its own: half an answer must not be taken for the answer to the same question later.
        this.record(`partial:${hash}`, request, lost);
        onLost?.(lost);
      });
      if (result.ok) {
        paid = result.value.costUsd;
        this.record(hash, request, result.value);
      }
      return result;
    } finally {
      reservation?.settle(paid);
    }
  }

  private known(hash: string): TeacherCall | undefined {
    if (this.options.purpose !== 'labelling') return undefined;
    try {
      return this.store.findTeacherCall(hash);
    } catch (error) {
      this.options.log?.error('Stored API answers cannot be read; asking again', error);
      return undefined;
    }
  }

  private record(hash: string, request: TeacherRequest, answer: TeacherAnswer): void {
    const { purpose, folder, log = silentLog, now = Date.now } = this.options;
    try {
      this.store.recordTeacherCall({
        at: now(),
        requestHash: hash,
        purpose,
        folder,
        path: request.query.path,
        model: answer.model,
        text: answer.text,
        ...answer.usage,
        costUsd: answer.costUsd,
        latencyMs: answer.latencyMs,
      });
    } catch (error) {
      // Paid for: better in the caller's hands alone than lost.
      log.error(`An API answer could not be stored: ${messageOf(error)}`, error);
    }
  }
}

/** SHA-256 of all that decides the answer: the model and the prompt's text, wherever cache marks are set in it. */
export function requestHash(model: string, request: TeacherRequest): string {
  const { system, user, prefill, stop, maxTokens } = buildPrompt(request, modelFacts(model));
  const question = [model, system.text, user.map((block) => block.text).join(''), prefill, stop, maxTokens];
  return createHash('sha256').update(JSON.stringify(question)).digest('hex');
}

function fromStore(call: TeacherCall): TeacherAnswer {
  return {
    text: call.text,
    model: call.model,
    usage: { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 },
    costUsd: 0,
    latencyMs: call.latencyMs,
    firstTokenMs: call.latencyMs,
    truncated: false,
    fromStore: true,
  };
}
