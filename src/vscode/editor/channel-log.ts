// The log's output channel as the rest of the code sees it.
import type * as vscode from 'vscode';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { window } from './window.ts';

export class ChannelLog implements Log {
  readonly channel: vscode.LogOutputChannel;
  /** Takes secrets out of a line; set once there are folders that know any. */
  mask: (line: string) => string = (line) => line;

  constructor(name: string) {
    this.channel = window.createOutputChannel(name, { log: true });
  }

  debug(message: string): void {
    this.channel.debug(this.mask(message));
  }

  info(message: string): void {
    this.channel.info(this.mask(message));
  }

  warn(message: string): void {
    this.channel.warn(this.mask(message));
  }

  /** With the chain of causes: that is where the reason stands. */
  error(message: string, error?: unknown): void {
    const causes: string[] = [];
    for (let at = error; at !== undefined && at !== null && causes.length < 5; at = (at as { cause?: unknown }).cause) {
      causes.push(messageOf(at));
    }
    this.channel.error(this.mask([message, ...causes].join(': ')));
    if (error instanceof Error && error.stack) this.channel.debug(this.mask(error.stack));
  }

  dispose(): void {
    this.channel.dispose();
  }
}
