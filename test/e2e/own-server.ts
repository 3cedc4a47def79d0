// A server of somebody else's, started and killed: the command is the environment's, since none comes with this repository.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export const serverVariable = 'EASY_ADAPTATION_SERVER';

/** A server that has not come up by then does not, ms. */
const startMs = 180_000;

export class Server {
  private readonly command: readonly string[];
  private readonly port: number;
  private child: ChildProcess | undefined;

  private constructor(command: readonly string[], port: number) {
    this.command = command;
    this.port = port;
  }

  /** Throws where the environment names none. */
  static async start(): Promise<Server> {
    const command = process.env[serverVariable]?.trim();
    if (!command) {
      throw new Error(
        `Set ${serverVariable} to the command of a server that speaks chat completions, its port as {port}: ` +
          '"llama-server -m model.gguf --port {port}", or "python -m llama_cpp.server --model model.gguf --port {port}".',
      );
    }
    const server = new Server(command.split(/\s+/), await freePort());
    await server.up();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** Resolves when it lists its models. */
  async up(): Promise<void> {
    const [program = '', ...args] = this.command.map((part) => part.replace('{port}', String(this.port)));
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore'] });
    this.child = child;
    const failed = once(child, 'error').then(([error]: unknown[]) => {
      throw error;
    });
    const listening = async () => {
      for (const end = performance.now() + startMs; performance.now() < end; await sleep(200)) {
        if (child.exitCode !== null) throw new Error(`${program} ended with code ${child.exitCode}.`);
        const response = await fetch(`${this.url}/models`).catch(() => undefined);
        await response?.body?.cancel();
        if (response?.ok) return;
      }
      throw new Error(`${program} does not answer at ${this.url}.`);
    };
    await Promise.race([listening(), failed]);
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
