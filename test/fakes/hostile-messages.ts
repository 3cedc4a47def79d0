// A server that answers like an attacker, a broken proxy or a captive portal, in each protocol: one entry per attack.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { messages, type StreamFormat, streamFormatAt } from './stream-formats.ts';

export type Serve = (response: ServerResponse, server: HostileMessages) => void | Promise<void>;

const ESC = String.fromCharCode(0x1b);
/** Text that controls a terminal, reverses the reading order or is invisible, and the text that must remain of it. */
export const textsToClean: Readonly<Record<string, { readonly text: string; readonly clean: string }>> = {
  colour: { text: `a${ESC}[31mb${ESC}[0m;`, clean: 'ab;' },
  'screen wiped, cursor moved': { text: `${ESC}[2J${ESC}[1;1Hok;`, clean: 'ok;' },
  'window title': { text: `${ESC}]0;owned${String.fromCharCode(7)}ok;`, clean: 'ok;' },
  'clipboard (OSC 52)': { text: `${ESC}]52;c;cm0gLXJm${ESC}\\ok;`, clean: 'ok;' },
  'device control': { text: `${ESC}P$q"p${ESC}\\ok;`, clean: 'ok;' },
  'sequence of C1': { text: 'a\u009b31mb;', clean: 'ab;' },
  'NUL and bells': { text: 'a\u0000b\u0007c;', clean: 'abc;' },
  backspaces: { text: 'rm\b\bls;', clean: 'rmls;' },
  'right-to-left override': { text: 'if (a \u202e) nimda \u2066// ok\u2069;', clean: 'if (a ) nimda // ok;' },
  'zero width': { text: 'pass\u200bword\ufeff\u2060;', clean: 'password;' },
  'tag characters': {
    text: `ok${[...'rm -rf'].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('')};`,
    clean: 'ok;',
  },
  'half a character': { text: 'a\ud800b;', clean: 'ab;' },
};

export function stream(response: ServerResponse, headers: Record<string, string> = {}): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
}

/** Length of each endless answer, if the client read it completely: 200 MB. */
const endless = 200 << 20;

const happens = (stream: Writable, event: string) => new Promise((resolve) => stream.once(event, resolve));

/** Writes until the client closes the connection, but at most `endless`. Waits for a slow reader. */
async function flood(response: ServerResponse, start: string, piece: string, into: Writable = response): Promise<void> {
  const closed = happens(response, 'close');
  into.write(start);
  for (let sent = 0; sent < endless && !response.destroyed; sent += piece.length) {
    if (!into.write(piece)) await Promise.race([happens(into, 'drain'), closed]);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  into.end();
}

function drip(response: ServerResponse, start: string, piece: string): void {
  response.write(start);
  const timer = setInterval(() => response.write(piece), 10);
  response.once('close', () => clearInterval(timer));
}

const redirect =
  (status: number): Serve =>
  (response, { elsewhere }) =>
    void response.writeHead(status, { location: `${elsewhere}/v1/messages` }).end();

export const redirects: Readonly<Record<string, Serve>> = Object.fromEntries(
  [301, 302, 303, 307, 308].map((status) => [`redirect ${status}`, redirect(status)]),
);

export const floods: Readonly<Record<string, Serve>> = {
  'an endless answer': (response, { format }) =>
    flood(stream(response), format.start(), format.delta('x '.repeat(500))),
  'an endless answer of thinking': (response, { format }) =>
    flood(stream(response), format.start(), format.thinking('x '.repeat(500))),
  'an endless line': (response, { format }) => flood(stream(response), `${format.start()}data: "`, 'x'.repeat(8192)),
  'endless comments': (response, { format }) => flood(stream(response), format.start(), `: ${'x'.repeat(1000)}\n`),
  'an endless error': (response) =>
    flood(response.writeHead(500, { 'content-type': 'application/json' }), '', 'x'.repeat(8192)),
  'an endless page': (response) =>
    flood(response.writeHead(200, { 'content-type': 'text/html' }), '', '<p>sign in</p>'.repeat(500)),
  'a compressed bomb': (response, { format }) => {
    const gzip = createGzip();
    gzip.pipe(stream(response, { 'content-encoding': 'gzip' }));
    return flood(response, format.start(), 'x'.repeat(1 << 20), gzip);
  },
};

export const drips: Readonly<Record<string, Serve>> = {
  'pings for ever': (response, { format }) => drip(stream(response), format.start(), format.ping),
  'comments for ever': (response, { format }) => drip(stream(response), format.start(), ': still here\n\n'),
  'headers and nothing else': (response) => stream(response).flushHeaders(),
  'nothing at all': () => {},
  'a beginning and nothing else': (response, { format }) =>
    void stream(response).write(format.start() + format.delta('a')),
  'an error, letter by letter': (response) =>
    drip(response.writeHead(500, { 'content-type': 'application/json' }), '', 'x'),
};

export const lies: Readonly<Record<string, Serve>> = {
  'more tokens than there are': (response, { format }) =>
    void stream(response).end(format.start({ input: 1e300 }) + format.delta('a;') + format.end()),
  'negative tokens': (response, { format }) =>
    void stream(response).end(format.start() + format.delta('a;') + format.end({ output: -5 })),
  'a status that is none': (response) => void response.writeHead(999).end(),
  'a billion headers': (response) => {
    const headers = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`x-${at}`, 'y'.repeat(100)]));
    response.writeHead(200, headers).end();
  },
};

/** Answers with this text in pieces of one UTF-16 unit, so that every sequence is cut at each possible point. */
export const says =
  (text: string, model?: string): Serve =>
  (response, { format }) => {
    const pieces = Array.from({ length: text.length }, (_, at) => format.delta(text.charAt(at)));
    stream(response).end(format.start(model === undefined ? {} : { model }) + pieces.join('') + format.end());
  };

export const refuses =
  (status: number, message: string, headers: Record<string, string> = {}): Serve =>
  (response) => {
    const error = { type: status < 500 ? 'invalid_request_error' : 'api_error', message };
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ type: 'error', error }));
  };

export class HostileMessages {
  /** Requests to this server. */
  readonly requests: string[] = [];
  /** Requests to the other server, to which this one redirects. */
  readonly redirectedRequests: string[] = [];
  /** Bytes of answers that were written before the client closed the connection. */
  written = 0;
  /** The stream format of the last request's address. */
  format: StreamFormat = messages;
  private serve: Serve = () => {};
  private readonly servers: readonly [Server, Server];

  private constructor() {
    const read = async (request: IncomingMessage) => {
      let body = '';
      for await (const piece of request.setEncoding('utf8')) body += piece;
      return `${JSON.stringify(request.headers)}\n${body}`;
    };
    this.servers = [
      createServer(async (request, response) => {
        const { socket } = response;
        response.on('error', () => {});
        this.requests.push(await read(request));
        this.format = streamFormatAt(request.url ?? '');
        response.once('close', () => {
          this.written += socket?.bytesWritten ?? 0;
        });
        await this.serve(response, this);
      }),
      createServer(async (request, response) => {
        this.redirectedRequests.push(await read(request));
        says('redirectedRequests;')(response, this);
      }),
    ];
  }

  static async begin(): Promise<HostileMessages> {
    const hostile = new HostileMessages();
    for (const server of hostile.servers) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    return hostile;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.servers[0].address() as AddressInfo).port}`;
  }

  /** Address of the other server, which a client takes for another host. */
  get elsewhere(): string {
    return `http://localhost:${(this.servers[1].address() as AddressInfo).port}`;
  }

  /** Sets the handler of all following requests. */
  as(serve: Serve): void {
    this.serve = serve;
    this.requests.length = 0;
    this.redirectedRequests.length = 0;
    this.written = 0;
  }

  async close(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  }
}
