// Connections that break before the first byte of an answer, and whether the request may have been paid for.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Reset {
  /** The address to ask. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** A server that does this to each connection. */
async function listening(treat: (socket: Socket) => unknown, protocol: 'http' | 'https' = 'http'): Promise<Reset> {
  const server = createServer((socket) => treat(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** As soon as the client has sent something. */
const onRequest = (treat: (socket: Socket) => unknown) => () =>
  listening((socket) => socket.once('data', () => treat(socket)));

/** Name -> whether the request may have been paid for. */
export const resets: Readonly<Record<string, { readonly paid: boolean; readonly begin: () => Promise<Reset> }>> = {
  'a connection that is refused': {
    paid: false,
    begin: async () => {
      const reset = await listening(() => {});
      await reset.close();
      return { url: reset.url, close: async () => {} };
    },
  },
  'a host name that does not exist': {
    paid: false,
    begin: async () => ({ url: 'https://nobody.invalid', close: async () => {} }),
  },
  'a connection that is reset before the TLS handshake': {
    paid: false,
    begin: () => listening((socket) => socket.destroy(), 'https'),
  },
  'a connection that is closed after the request': { paid: true, begin: onRequest((socket) => socket.destroy()) },
  'a connection that is reset after the request': {
    paid: true,
    begin: onRequest((socket) => socket.resetAndDestroy()),
  },
  'a stream that ends before its first event': {
    paid: true,
    begin: onRequest((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n'),
    ),
  },
};
