// A user's own server for the local model: lists its model, and answers raw completions with token probabilities.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export class SpecialistServer {
  readonly url: string;
  /** The received prompts, in order. */
  readonly prompts: string[] = [];
  answer = '';
  /** Whether it sends the log probabilities that are asked for. */
  tellsOdds = true;
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }

  static async start(model: string): Promise<SpecialistServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const own = new SpecialistServer(server);
    server.on('request', (request, response) => void own.serve(request, response, model));
    return own;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse, model: string): Promise<void> {
    if (request.url?.endsWith('/models')) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: [{ id: model, object: 'model' }] }));
      return;
    }
    this.prompts.push(JSON.parse(await text(request)).prompt);
    response.setHeader('content-type', 'text/event-stream');
    for (const token of this.answer.match(/\w+|\W/g) ?? []) {
      const logprobs = { tokens: [token], token_logprobs: [-0.01], top_logprobs: [{ [token]: -0.01, other: -5 }] };
      response.write(event(model, { text: token, logprobs: this.tellsOdds ? logprobs : null, finish_reason: null }));
    }
    response.end(`${event(model, { text: '', logprobs: null, finish_reason: 'stop' })}data: [DONE]\n\n`);
  }
}

function event(model: string, choice: object): string {
  return `data: ${JSON.stringify({ object: 'text_completion', model, choices: [{ index: 0, ...choice }] })}\n\n`;
}
