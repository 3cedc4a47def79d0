// The log's output channel.
import type * as vscode from 'vscode';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { window } from './window.ts';

export class ChannelLog implements Log {
  readonly channel: vscode.LogOutputChannel;
  /** Redacts a line; set once folders exist. */
  redact: (line: string) => string = (line) => line;

  constructor(name: string) {
    this.channel = window.createOutputChannel(name, { log: true });
  }

  debug(message: string): void {
    this.channel.debug(this.redact(message));
  }

  info(message: string): void {
    this.channel.info(this.redact(message));
  }

  warn(message: string): void {
    this.channel.warn(this.redact(message));
  }

  /** Includes the chain of causes. */
  error(message: string, error?: unknown): void {
    const causes: string[] = [];
    for (
      let cause = error;
      cause !== undefined && cause !== null && causes.length < 5;
      cause = (cause as { cause?: unknown }).cause
    ) {
      causes.push(messageOf(cause));
    }
    this.channel.error(this.redact([message, ...causes].join(': ')));
    if (error instanceof Error && error.stack) this.channel.debug(this.redact(error.stack));
  }

  dispose(): void {
    this.channel.dispose();
  }
}
