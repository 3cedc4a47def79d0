// The log as the rest of the code sees it; the host backs it with an output channel, the command line with stderr.
// Never a key, never file text, in a message.

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string, error?: unknown): void;
}

export type LogLevel = keyof Log;

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The same log, each line and each reason gone through `map` first. */
export function mappedLog(log: Log, map: (line: string) => string): Log {
  return {
    debug: (message) => log.debug(map(message)),
    info: (message) => log.info(map(message)),
    warn: (message) => log.warn(map(message)),
    error: (message, error) =>
      log.error(map(error === undefined ? message : `${message}: ${error instanceof Error ? error.message : error}`)),
  };
}
