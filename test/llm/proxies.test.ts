// A proxy that the environment names: every provider is asked through it, and what it refuses is said with what to do.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { HostileMessages, says } from '../fakes/hostile-messages.ts';
import { asked, key } from './asking.ts';

type Proxy = (socket: Socket, port: number) => void;

/** A host that nobody but the proxy knows the way to. */
const target = 'http://api.proxied.localhost';

const proxies: Readonly<Record<string, { readonly proxy: Proxy; readonly code: string; readonly says: RegExp }>> = {
  'goes through': {
    code: 'ok',
    says: /a/,
    proxy: (socket, port) => {
      const through = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(through).pipe(socket);
      });
      through.on('error', () => {});
    },
  },
  'wants to know who asks': {
    code: 'network',
    says: /Check the network, the proxy and the base URL/,
    proxy: (socket) => void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
  },
  'has no way there': {
    code: 'network',
    says: /Check the network, the proxy and the base URL/,
    proxy: (socket) => void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
  },
  // Node's own fetch tries again until our time is over.
  'hangs up': { code: 'timeout', says: /easyAdaptation\.apiTimeout/, proxy: (socket) => void socket.destroy() },
  'says nothing': { code: 'timeout', says: /easyAdaptation\.apiTimeout/, proxy: () => {} },
};

for (const [name, { proxy, code, says: said }] of Object.entries(proxies)) {
  test(`a proxy that ${name}, for every provider`, async () => {
    const api = await HostileMessages.begin();
    api.as(says('a'));
    const hosts: string[] = [];
    const server = createServer().on('connect', (incoming, socket: Socket) => {
      hosts.push(incoming.url ?? '');
      socket.on('error', () => {});
      proxy(socket, Number(new URL(api.url).port));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const env = { ...process.env, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: address, http_proxy: address, NO_PROXY: '' };
      const args = [join(import.meta.dirname, 'ask-all.ts'), target, code === 'timeout' ? '100' : '60000'];
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      const told = JSON.parse(await text(child.stdout)) as Record<string, { code: string; message: string }>;
      assert.deepEqual(
        Object.keys(told),
        asked.map(({ id }) => id),
      );
      for (const [id, result] of Object.entries(told)) {
        assert.equal(result.code, code, `${id}: ${result.message}`);
        assert.match(result.message, said);
        assert.ok(!result.message.includes(key));
      }
      assert.ok(hosts.length > 0 && hosts.every((host) => host === 'api.proxied.localhost:80'), hosts.join());
      assert.equal(api.requests.length, code === 'ok' ? asked.length : 0);
    } finally {
      server.closeAllConnections();
      server.close();
      await api.close();
    }
  });
}
