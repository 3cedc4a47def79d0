// What the fake Messages API writes: finds the cursor in a prompt, then the registered or recorded answer for that place.
//
// A place is known by its file's path and the text before its cursor, so it is found whatever else the prompt holds and
// however the client cut the text.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An answer for one place. */
export interface RegisteredAnswer {
  /** The file's path as the client names it, or the end of it. */
  readonly path: string;
  /** Text before the cursor, as much of it as is at hand (a line or two will do); the longest match wins. */
  readonly before: string;
  /** Tells apart places whose text before is the same; may be left out. */
  readonly after?: string;
  readonly completion: string;
}

/** A prompt as far as the fake understands it. */
export interface PromptFacts {
  readonly path: string;
  /** Text before and after the cursor marker, as far as the prompt shows it. */
  readonly before: string;
  readonly after: string;
  /** Everything that was sent, system text first. */
  readonly text: string;
}

/** Undefined where there is no cursor marker in the prompt. */
export function readPrompt(system: string, user: string): PromptFacts | undefined {
  // The client names its marker after the text it marks, so the last mention is the marker and the first is the cursor.
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

/** Reads `FOLDER/*.jsonl` in the format of bench/data; `textOf` yields a file of a package, or undefined where it is not at hand. */
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

/** Finds a package's file under `folder` as `NAME-VERSION/`, `NAME@VERSION/` ('/' of a scope as '-', '+' or '/') or npm's `neural/models/` inside of it. */
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

/** Registered places, looked up by the cursor of a prompt. */
export class AnswerBook {
  private readonly answers: RegisteredAnswer[] = [];

  add(...answers: readonly RegisteredAnswer[]): void {
    this.answers.push(...answers);
  }

  get size(): number {
    return this.answers.length;
  }

  find(prompt: PromptFacts): RegisteredAnswer | undefined {
    let best: RegisteredAnswer | undefined;
    let bestScore = 0;
    for (const answer of this.answers) {
      if (!samePath(prompt.path, answer.path)) continue;
      const before = commonEnd(prompt.before, answer.before);
      // All that was registered, or at least the cursor's whole line and some of the line above it.
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
 * The answer to a place nobody registered: what follows the last earlier line in the prompt that begins as the cursor's
 * line does, else a call that no repository holds. Deterministic, and clearly not the specialist's.
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
