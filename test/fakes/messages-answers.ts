// Answers of the fake Messages API: finds the cursor in a prompt, then the registered or recorded answer for that
// position.
//
// A position is identified by the file's path and the text before the cursor, so it is found whatever else the prompt
// contains and however the client cut the text.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An answer for one cursor position. */
export interface RegisteredAnswer {
  /** The file's path in the prompt, or its end. */
  readonly path: string;
  /** Text before the cursor; one or two lines are enough. The longest match wins. */
  readonly before: string;
  /** Text after the cursor, to distinguish positions with the same text before. */
  readonly after?: string;
  readonly completion: string;
}

/** The parts of a prompt that the fake reads. */
export interface PromptFacts {
  readonly path: string;
  /** Text before and after the cursor marker, as far as the prompt shows it. */
  readonly before: string;
  readonly after: string;
  /** The whole prompt, system text first. */
  readonly text: string;
}

/** Undefined if the prompt has no cursor marker. */
export function readPrompt(system: string, user: string): PromptFacts | undefined {
  // The client explains its marker after the text: the last occurrence is its name, the first one is the cursor.
  const marker = user.match(/<\|cursor(-\d+)?\|>/g)?.at(-1);
  if (marker === undefined) return undefined;
  const at = user.indexOf(marker);
  const end = user.indexOf('\n</near_cursor>', at);
  return {
    path: /<file path="([^"]*)"/.exec(user)?.[1] ?? '',
    before: user.slice(0, at),
    after: user.slice(at + marker.length, end < 0 ? undefined : end),
    text: `${system}\n${user}`,
  };
}

/**
 * Reads `FOLDER/*.jsonl` in the format of bench/data.
 * @param textOf returns the text of a file in a package; undefined if the package is missing
 */
export function readRecordings(
  folder: string,
  textOf: (packageSpec: string, file: string) => string | undefined,
): RegisteredAnswer[] {
  const answers: RegisteredAnswer[] = [];
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.jsonl'))) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      if (line.trim() === '') continue;
      const item = JSON.parse(line) as { package: string; file: string; offset: number; completion: string };
      const text = textOf(item.package, item.file);
      if (text === undefined) continue;
      const lineEnd = text.indexOf('\n', item.offset);
      answers.push({
        path: item.file,
        before: normalised(text.slice(Math.max(0, item.offset - 2000), item.offset)),
        after: normalised(lineEnd < 0 ? '' : text.slice(lineEnd, lineEnd + 500)),
        completion: item.completion,
      });
    }
  }
  return answers;
}

/** Finds a package's file in `folder`, below `NAME-VERSION/` or `NAME@VERSION/` ('/' of a scope as '-', '+' or '/'). */
export function packageFiles(folder: string): (packageSpec: string, file: string) => string | undefined {
  return (spec, file) => {
    const at = spec.lastIndexOf('@');
    const [name, version] = [spec.slice(0, at), spec.slice(at + 1)];
    const flat = name.replace('@', '').replace('/', '-');
    const roots = [spec, name, `${flat}-${version}`, `${flat}@${version}`, spec.replace('/', '+'), flat];
    for (const root of roots) {
      for (const path of [join(folder, root, file), join(folder, root, 'package', file)]) {
        if (existsSync(path)) return readFileSync(path, 'utf8');
      }
    }
    return undefined;
  };
}

function normalised(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** Registered answers, looked up by the cursor of a prompt. */
export class AnswerBook {
  private readonly answers: RegisteredAnswer[] = [];

  add(...answers: readonly RegisteredAnswer[]): void {
    this.answers.push(...answers);
  }

  find(prompt: PromptFacts): RegisteredAnswer | undefined {
    let best: RegisteredAnswer | undefined;
    let bestScore = 0;
    for (const answer of this.answers) {
      if (!samePath(prompt.path, answer.path)) continue;
      const before = commonEnd(prompt.before, answer.before);
      // The whole registered text must match, or at least the cursor's line and a part of the line above it.
      const lineLength = answer.before.length - (answer.before.lastIndexOf('\n') + 1);
      if (before < Math.min(answer.before.length, lineLength + 12)) continue;
      const after = answer.after === undefined ? 0 : commonStart(prompt.after, answer.after);
      const score = 1 + before * 2 + after;
      if (score > bestScore) [best, bestScore] = [answer, score];
    }
    return best;
  }
}

function samePath(a: string, b: string): boolean {
  return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return length;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

/**
 * The answer at a position that is not registered: the rest of the last earlier line that begins like the cursor's
 * line, or a call that no repository contains. Deterministic, and different from the specialist's answers.
 */
export function answerFromPrompt(prompt: PromptFacts): string {
  const lines = prompt.before.split('\n');
  const start = (lines.pop() as string).trimStart();
  if (start.length >= 3) {
    for (const line of lines.reverse()) {
      const at = line.trimStart();
      if (at.startsWith(start) && at.length > start.length) return at.slice(start.length);
    }
  }
  return 'answeredByTheFakeApi();';
}
