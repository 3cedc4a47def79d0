// A server that answers as an attacker, a broken proxy or a captive portal would, in either protocol: a row each.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { messages, type Tongue, tongueAt } from './tongues.ts';

export type Serve = (response: ServerResponse, server: HostileMessages) => void | Promise<void>;

const ESC = String.fromCharCode(0x1b);
/** Text that steers a terminal, turns the reading order round, or hides; and what of it is to be left. */
export const dirty: Readonly<Record<string, { readonly text: string; readonly clean: string }>> = {
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

export function stream(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => stream.once('drain', resolve));
}

/** Writes until the other side hangs up, waiting for it where it reads slowly; with a limit, so that a failure ends. */
async function flood(response: ServerResponse, piece: string | Buffer, mostBytes: number): Promise<void> {
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  for (let sent = 0; sent < mostBytes && !response.destroyed; sent += piece.length) {
    if (!response.write(piece)) await Promise.race([drained(response), closed]);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

function drip(response: ServerResponse, piece: string): void {
  const timer = setInterval(() => response.write(piece), 10);
  response.once('close', () => clearInterval(timer));
}

function refuse(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(
    JSON.stringify({ type: 'error', error: { type: status < 500 ? 'invalid_request_error' : 'api_error', message } }),
  );
}

const redirect =
  (status: number): Serve =>
  (response, { elsewhere }) => {
    response.writeHead(status, { location: `${elsewhere}/v1/messages` });
    response.end();
  };

export const redirects: Readonly<Record<string, Serve>> = Object.fromEntries(
  [301, 302, 303, 307, 308].map((status) => [`redirect ${status}`, redirect(status)]),
);

/** 200 MB each, were they read to the end. */
const endless = 200 << 20;

export const floods: Readonly<Record<string, Serve>> = {
  'an endless answer': async (response, { tongue }) => {
    stream(response);
    response.write(tongue.start());
    await flood(response, tongue.delta('x '.repeat(500)), endless);
  },
  'an endless answer of thinking': async (response, { tongue }) => {
    stream(response);
    response.write(tongue.start());
    await flood(response, tongue.thinking('x '.repeat(500)), endless);
  },
  'an endless line': async (response, { tongue }) => {
    stream(response);
    response.write(`${tongue.start()}data: "`);
    await flood(response, 'x'.repeat(8192), endless);
  },
  'endless comments': async (response, { tongue }) => {
    stream(response);
    response.write(tongue.start());
    await flood(response, `: ${'x'.repeat(1000)}\n`, endless);
  },
  'an endless error': async (response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    await flood(response, 'x'.repeat(8192), endless);
  },
  'an endless page': async (response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    await flood(response, '<p>sign in</p>'.repeat(500), endless);
  },
  'a compressed bomb': async (response, { tongue }) => {
    stream(response, { 'content-encoding': 'gzip' });
    const gzip = createGzip();
    gzip.pipe(response);
    gzip.write(tongue.start());
    const zeros = Buffer.alloc(1 << 20, 'x');
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    for (let sent = 0; sent < endless && !response.destroyed; sent += zeros.length) {
      if (!gzip.write(zeros)) await Promise.race([drained(gzip), closed]);
    }
    gzip.end();
  },
};

export const drips: Readonly<Record<string, Serve>> = {
  'pings for ever': (response, { tongue }) => {
    stream(response);
    response.write(tongue.start());
    drip(response, tongue.ping);
  },
  'comments for ever': (response, { tongue }) => {
    stream(response);
    response.write(tongue.start());
    drip(response, ': still here\n\n');
  },
  'headers and nothing else': (response) => {
    stream(response);
    response.flushHeaders();
  },
  'nothing at all': () => {},
  'a beginning and nothing else': (response, { tongue }) => {
    stream(response);
    response.write(tongue.start() + tongue.delta('a'));
  },
  'an error, letter by letter': (response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    drip(response, 'x');
  },
};

export const lies: Readonly<Record<string, Serve>> = {
  'more tokens than there are': (response, { tongue }) => {
    stream(response);
    response.end(tongue.start({ input: 1e300 }) + tongue.delta('a;') + tongue.end());
  },
  'negative tokens': (response, { tongue }) => {
    stream(response);
    response.end(tongue.start() + tongue.delta('a;') + tongue.end({ output: -5 }));
  },
  'a status that is none': (response) => {
    response.writeHead(999);
    response.end();
  },
  'a billion headers': (response) => {
    response.writeHead(200, Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`x-${at}`, 'y'.repeat(100)])));
    response.end();
  },
};

/** An answer of this text, in pieces of one UTF-16 unit, so that every sequence is cut wherever it can be. */
export const says =
  (text: string, model?: string): Serve =>
  (response, { tongue }) => {
    stream(response);
    const pieces = Array.from({ length: text.length }, (_, at) => tongue.delta(text.charAt(at)));
    response.end(tongue.start(model === undefined ? {} : { model }) + pieces.join('') + tongue.end());
  };

export const refuses =
  (status: number, message: string, headers: Record<string, string> = {}): Serve =>
  (response) =>
    refuse(response, status, message, headers);

export class HostileMessages {
  /** What came in at the server, and at the other one that it redirects to. */
  readonly requests: string[] = [];
  readonly strayed: string[] = [];
  /** Bytes of answers that were written until the client hung up. */
  written = 0;
  /** Of the answers that are some: as the last request was addressed. */
  tongue: Tongue = messages;
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
        this.tongue = tongueAt(request.url ?? '');
        response.once('close', () => {
          this.written += socket?.bytesWritten ?? 0;
        });
        await this.serve(response, this);
      }),
      createServer(async (request, response) => {
        this.strayed.push(await read(request));
        says('strayed;')(response, this);
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

  /** Another host, as far as a client can tell. */
  get elsewhere(): string {
    return `http://localhost:${(this.servers[1].address() as AddressInfo).port}`;
  }

  /** How it answers from now on. */
  as(serve: Serve): void {
    this.serve = serve;
    this.requests.length = 0;
    this.strayed.length = 0;
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
