// Processes of a benchmark's own: what they answer is an object of functions, and they are asked one thing at a time.

import { type ChildProcess, fork } from 'node:child_process';
import { LARGE_PAGES } from '../../src/specialist/engine/client.ts';

/** What a process answers, by name. Arguments and answers cross as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: each function has arguments of its own; `ask` is typed by them.
type Answers<A> = { readonly [K in keyof A]: (...ask: any[]) => Promise<unknown> };

interface Asked {
  readonly kind: string;
  readonly ask: readonly unknown[];
}

/** In the process: says 'ready' when `open` is done; an error ends it. */
export function serve<A extends Answers<A>>(open: () => Promise<A>): void {
  const fail = (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  };
  const opened = open();
  opened.then(() => process.send?.('ready'), fail);
  process.on('message', ({ kind, ask }: Asked) => {
    opened.then((answers) => answers[kind as keyof A](...ask)).then((answer) => process.send?.(answer ?? 'done'), fail);
  });
}

/** Its owner's side; to be asked again only when it has answered. */
export class Child<A extends Answers<A>> {
  private readonly child: ChildProcess;
  private last = '';

  /** @param node options of Node itself */
  constructor(script: string, args: readonly string[] = [], node: readonly string[] = []) {
    this.child = fork(script, [...args], {
      execArgv: [...process.execArgv, ...node],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // As the product starts its engine; what it is compared with gets the same.
      env: { ...LARGE_PAGES, ...process.env },
    });
    this.child.stderr?.on('data', (data: Buffer) => {
      this.last = (this.last + data.toString('utf8')).slice(-500);
    });
  }

  /** The next message; rejects where the process ends before. */
  private next<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error(this.last.trim() || 'the process ended'));
      this.child.once('exit', ended);
      this.child.once('message', (message) => {
        this.child.off('exit', ended);
        resolve(message as T);
      });
    });
  }

  ready(): Promise<unknown> {
    return this.next();
  }

  ask<K extends keyof A & string>(kind: K, ...ask: Parameters<A[K]>): Promise<Awaited<ReturnType<A[K]>>> {
    const answer = this.next<Awaited<ReturnType<A[K]>>>();
    this.child.send({ kind, ask } satisfies Asked);
    return answer;
  }

  end(): void {
    this.child.kill();
  }
}
