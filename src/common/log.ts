// The log as the rest of the code sees it; the host backs it with an output channel, the command line with stderr.
// Never a key, never file text, in a message.

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string, error?: unknown): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
