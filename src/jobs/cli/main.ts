// The command line: the extension's pipeline without an editor. `npm start -- --help` prints the usage.
import { plainText } from '../../common/plain-text.ts';
import { adapt } from './adapt-command.ts';
import { type CommandLine, type CommandName, parse, UsageError, usage } from './command-line.ts';
import { complete } from './complete.ts';
import { inspect } from './inspect.ts';
import { label } from './label-task.ts';
import { Terminal } from './terminal.ts';

/** One row per command; each resolves to its exit code. */
const work: Readonly<Record<CommandName, (asked: CommandLine, terminal: Terminal) => Promise<number>>> = {
  adapt,
  complete,
  inspect,
  label,
};

const stop = Terminal.stop();

async function main(argv: readonly string[]): Promise<number> {
  const asked = parse(argv);
  if (!asked.values.help) return work[asked.command](asked, new Terminal(asked.values, stop));
  process.stdout.write(usage);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code === 0 ? 0 : (stop.exitCode ?? code);
    // Work that is still running must not delay the prompt.
    if (stop.signal.aborted) process.exit();
  },
  (error: unknown) => {
    const wrongUsage = error instanceof UsageError;
    process.stderr.write(
      wrongUsage
        ? `${plainText(error.message)}\nSee npm start -- --help\n`
        : `${error instanceof Error ? error.stack : error}\n`,
    );
    process.exitCode = wrongUsage ? 2 : 1;
  },
);
