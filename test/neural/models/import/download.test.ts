// Downloads a file from a local server that cuts connections, sends wrong files, changes the file, or knows no ranges.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { systemClock } from '../../../../src/common/clock.ts';
import type { ProgressUpdate } from '../../../../src/common/progress.ts';
import { type DownloadOptions, download, partialOf } from '../../../../src/neural/models/import/download.ts';
import { selfSigned } from '../../../fakes/self-signed.ts';
import { assertFailed, codeOf } from '../../../support/results.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = temporaryFolder();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const content = randomBytes(3_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const serve = async (handler: Handler) => `http://127.0.0.1:${await listen(createServer(handler))}/model.gguf`;

/**
 * Each handler answers one request, and the last one all that follow. Returns the ranges that were asked for as well.
 */
async function serveInTurn(...handlers: readonly Handler[]) {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(request.headers.range);
    (handlers[asked.length - 1] ?? handlers.at(-1))?.(request, response);
  });
  return { url, asked };
}

const hangUp: Handler = (_, response) => void response.destroy();
const answer =
  (status: number, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    void response.writeHead(status, headers).end();

/** A correct server, with ranges. */
const honest: Handler = ({ headers }, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  if (headers.range === undefined)
    return void response.writeHead(200, { 'content-length': content.length }).end(content);
  const range = `bytes ${from}-${content.length - 1}/${content.length}`;
  response
    .writeHead(206, { 'content-length': content.length - from, 'content-range': range })
    .end(content.subarray(from));
};

/** Sends this many bytes of the answer, then cuts the connection. */
const cut =
  (bytes: number): Handler =>
  (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
  };

let count = 0;
const target = () => join(root, `${++count}`, 'model.gguf');
/** Pauses end at once. */
const clock = { ...systemClock, sleep: async (_: number, signal?: AbortSignal) => signal?.throwIfAborted() };
const run = (url: string, path: string, options: Partial<DownloadOptions> = {}) =>
  download({ url, bytes: content.length, sha256 }, path, {
    signal: new AbortController().signal,
    clock,
    freeBytes: async () => 1e12,
    ...options,
  });

function assertWhole(path: string): void {
  assert.ok(readFileSync(path).equals(content));
  assert.equal(existsSync(partialOf(path)), false);
}

test('downloads a file, and reports megabytes and the time left', async () => {
  const path = target();
  const updates: ProgressUpdate[] = [];
  const url = await serve(honest);
  assert.deepEqual(await run(url, path, { progress: (update) => updates.push(update) }), { ok: true, value: path });
  assertWhole(path);
  const last = updates.at(-1);
  assert.deepEqual([last?.done, last?.total], [content.length, content.length]);
  assert.match(last?.detail ?? '', /^3 MB of 3 MB, less than a minute left$/);
});

test('downloads nothing if the file is there', async () => {
  const path = target();
  const url = await serve(honest);
  await run(url, path);
  const { mtimeMs } = statSync(path);
  assert.equal((await run(await serve(hangUp), path)).ok, true);
  assert.equal(statSync(path).mtimeMs, mtimeMs);
});

test('replaces a file of the right size that is another one', async () => {
  const path = target();
  const url = await serve(honest);
  await run(url, path);
  const other = Buffer.from(content);
  other.writeUInt8(other.readUInt8(2_000_000) ^ 1, 2_000_000);
  writeFileSync(path, other);
  const stages = new Set<string>();
  assert.equal((await run(url, path, { progress: ({ stage }) => stages.add(stage) })).ok, true);
  assertWhole(path);
  assert.deepEqual([...stages], ['Checking the file', 'Downloading']);
});

test('ends the check of a file that is there when it is cancelled', async () => {
  const path = target();
  const url = await serve(honest);
  await run(url, path);
  assertFailed(await run(url, path, { signal: AbortSignal.abort() }), 'cancelled');
  assertWhole(path);
});

test('continues where the connection was cut, several times', async () => {
  const path = target();
  const { url, asked } = await serveInTurn(cut(1_000_000), hangUp, honest);
  assert.equal((await run(url, path)).ok, true);
  assertWhole(path);
  assert.equal(asked.length, 3);
  assert.equal(asked[0], undefined);
  // Bytes that the socket had not delivered before the cut are sent again.
  const from = Number(/^bytes=(\d+)-$/.exec(asked[2] ?? '')?.[1]);
  assert.ok(from > 0 && from <= 1_000_000, asked[2]);
});

test('a cancelled download keeps the received bytes and continues from there', async () => {
  const path = target();
  const controller = new AbortController();
  const slow = await serve((_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 1_000_000));
  });
  const progress = ({ done }: ProgressUpdate) => done > 100_000 && controller.abort();
  assertFailed(await run(slow, path, { signal: controller.signal, progress }), 'cancelled');
  const { size } = statSync(partialOf(path));
  assert.ok(size > 0 && size <= 1_000_000);
  const { url, asked } = await serveInTurn(honest);
  assert.equal((await run(url, path)).ok, true);
  assertWhole(path);
  assert.deepEqual(asked, [`bytes=${size}-`]);
});

test('starts over if the server knows no ranges', async () => {
  const path = target();
  const { url, asked } = await serveInTurn(
    cut(1_000_000),
    (_, response) => void response.writeHead(200, { 'content-length': content.length }).end(content),
  );
  assert.equal((await run(url, path)).ok, true);
  assertWhole(path);
  assert.equal(asked.length, 2);
});

test('refuses a file with another hash, and deletes it', async () => {
  const path = target();
  const wrong = Buffer.from(content);
  wrong[2_000_000] = (wrong[2_000_000] ?? 0) ^ 1;
  const url = await serve((_, response) => response.writeHead(200, { 'content-length': wrong.length }).end(wrong));
  assertFailed(await run(url, path), 'corrupt', /SHA-256 differs.*Try again/);
  assert.deepEqual([existsSync(path), existsSync(partialOf(path))], [false, false]);
});

const LOGIN = '<html>Log in</html>';
const loginPage =
  (headers: Record<string, string | number>): Handler =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(LOGIN);

test('refuses the login page of a network, whether it states its size or not', async () => {
  for (const [page, bytes] of [
    [loginPage({}), 'an unknown number of'],
    [loginPage({ 'content-length': LOGIN.length }), LOGIN.length],
  ] as const) {
    const path = target();
    const expected = `sends another file: ${bytes} bytes instead of 3000000\\. Check the network for a login page`;
    assertFailed(await run(await serve(page), path), 'network', new RegExp(expected));
    assert.deepEqual([existsSync(path), statSync(partialOf(path)).size], [false, 0]);
  }
});

test('a login page instead of the rest keeps the received bytes, and the download continues from there', async () => {
  for (const page of [loginPage({}), loginPage({ 'content-length': LOGIN.length })]) {
    const path = target();
    const blocked = await serveInTurn(cut(1_000_000), page);
    assert.equal((await run(blocked.url, path)).ok, false);
    const { size } = statSync(partialOf(path));
    assert.ok(size > LOGIN.length, `${size} bytes`);
    const { url, asked } = await serveInTurn(honest);
    assert.equal((await run(url, path)).ok, true);
    assertWhole(path);
    assert.deepEqual(asked, [`bytes=${size}-`]);
  }
});

test('refuses to fill the disk', async () => {
  const result = await run(await serve(honest), target(), { freeBytes: async () => 1e6 });
  assertFailed(result, 'unwritable', /needs 203 MB on disk, and 1 MB are free\. Make room/);
});

test('says that a server has no such file, and does not repeat the request', async () => {
  const { url, asked } = await serveInTurn(answer(404));
  assertFailed(await run(url, target()), 'bad-request', /HTTP 404.*Choose the Base Model/);
  assert.equal(asked.length, 1);
});

test('waits as long as a busy server asks, then gives up with a sentence', async () => {
  const waits: number[] = [];
  const { url } = await serveInTurn(answer(503, { 'retry-after': '7' }), answer(503));
  const waiting = { ...systemClock, sleep: async (ms: number) => void waits.push(ms) };
  assertFailed(await run(url, target(), { clock: waiting }), 'network', /HTTP 503.*Check the network and the proxy/);
  assert.deepEqual(waits, [7000, 2000, 4000]);
});

test('without a network the error says what to check', async () => {
  const port = await listen(createServer());
  const [closing] = servers.splice(0);
  await new Promise((resolve) => closing?.close(resolve));
  const result = await run(`http://127.0.0.1:${port}/model.gguf`, target());
  assertFailed(result, 'network', /ECONNREFUSED.*http\.proxy.*HTTPS_PROXY/);
});

test('stops when a server falls silent, and keeps the received bytes', async () => {
  const path = target();
  const url = await serve((request, response) => {
    if (request.headers.range !== undefined) return;
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 500_000));
  });
  assertFailed(await run(url, path, { silenceMs: 300 }), 'network', /no data for 0\.3 s.*1 MB of 3 MB are kept/);
  assert.equal(statSync(partialOf(path)).size, 500_000);
});

test('follows redirects on this machine and to https only', async () => {
  const last = await serve(honest);
  const path = target();
  const first = await serve(answer(302, { location: last }));
  assert.equal((await run(first, path)).ok, true);
  assertWhole(path);
  for (const location of ['http://192.0.2.1/model.gguf', 'ftp://127.0.0.1/', '::', 'file:///etc/passwd']) {
    const url = await serve(answer(302, { location }));
    assert.equal(codeOf(await run(url, target())), 'redirected', location);
  }
  const round = await serve(answer(302, { location: '/model.gguf' }));
  assertFailed(await run(round, target()), 'redirected', /leads on more than 5 times/);
});

test('asks over https through a proxy, and names an untrusted certificate and a proxy that refuses', async () => {
  const { key, cert } = selfSigned('models.test');
  const secure = createSecure({ key, cert }, honest);
  const port = await listen(secure as unknown as Server);
  const asked: (string | undefined)[] = [];
  const proxy = createServer();
  proxy.on('connect', ({ url, headers }, socket) => {
    asked.push(url, headers['proxy-authorization']);
    if (headers['proxy-authorization'] === undefined) return socket.end('HTTP/1.1 407 No\r\n\r\n');
    const to = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      to.pipe(socket).pipe(to);
    });
    for (const each of [to, socket]) each.on('error', () => {});
  });
  const at = `127.0.0.1:${await listen(proxy)}`;
  const url = 'https://models.test/model.gguf';
  const path = target();
  const named = { proxy: `http://name:secret@${at}` };
  const untrusted = await run(url, target(), { proxies: named });
  assert.match(untrusted.ok ? '' : untrusted.error.message, /certificate of models\.test is not trusted/);
  setDefaultCACertificates([...getCACertificates('default'), cert]);
  asked.length = 0;
  assert.deepEqual(await run(url, path, { proxies: named }), { ok: true, value: path });
  assertWhole(path);
  assert.deepEqual(asked, ['models.test:443', `Basic ${btoa('name:secret')}`]);
  const refused = await run(url, target(), { proxies: { proxy: `http://${at}` } });
  assert.match(refused.ok ? '' : refused.error.message, /proxy 127\.0\.0\.1:\d+ refuses models\.test \(HTTP 407\)/);
  assert.doesNotMatch(JSON.stringify([untrusted, refused]), /secret/);
});

test('a folder with the name of the file gives an error message', async () => {
  const path = join(root, 'file', 'model.gguf');
  writeFileSync(join(root, 'file'), '');
  assertFailed(await run(await serve(honest), path), 'unwritable');
});
