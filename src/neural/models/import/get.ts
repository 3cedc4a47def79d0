// One GET request over HTTPS, through a proxy if there is one. It follows redirects to https only.
import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { CodedError } from '../../../common/errors.ts';

export interface Proxies {
  /** URL of the proxy in the editor's settings, which outranks the environment's. */
  readonly proxy?: string;
  /** Hosts of the editor's settings that are reached directly. */
  readonly direct?: readonly string[];
}

export interface GetOptions {
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
  /** Longest silence, ms. */
  readonly silenceMs: number;
  readonly proxies: Proxies;
}

const MOST_REDIRECTS = 5;

/** The answer with its body unread. Rejects with the network's error, or a CodedError for a forbidden redirect. */
export async function get(address: string, options: GetOptions): Promise<IncomingMessage> {
  let url = new URL(address);
  for (let redirects = 0; ; redirects++) {
    const response = await request(url, options);
    const to = response.headers.location;
    if (to === undefined || ![301, 302, 303, 307, 308].includes(response.statusCode ?? 0)) return response;
    response.destroy();
    const next = URL.canParse(to, url) ? new URL(to, url) : undefined;
    if (next?.protocol !== 'https:' && !(isThisMachine(url) && next && isThisMachine(next)))
      throw new CodedError(
        'redirected',
        `${url.host} leads to an address without https, which is refused. Check the proxy in between.`,
      );
    if (redirects >= MOST_REDIRECTS)
      throw new CodedError('redirected', `${url.host} leads on more than ${MOST_REDIRECTS} times. Try again later.`);
    url = next;
  }
}

function isThisMachine({ hostname, protocol }: URL): boolean {
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

async function request(url: URL, { signal, headers, silenceMs, proxies }: GetOptions): Promise<IncomingMessage> {
  if (url.protocol !== 'https:' && !isThisMachine(url))
    throw new CodedError('redirected', `${url.host} is no https address.`);
  const proxy = isThisMachine(url) ? undefined : proxyFor(url, proxies, process.env);
  const secure = { ca: authorities(), servername: url.hostname };
  const socket = proxy === undefined ? undefined : await tunnel(proxy, url, signal, silenceMs);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = (url.protocol === 'https:' ? https : http).request(
    url,
    {
      headers: { 'user-agent': 'easy-adaptation', 'accept-encoding': 'identity', ...headers },
      signal,
      ...(url.protocol === 'https:' && secure),
      ...(socket !== undefined && { createConnection: () => tls.connect({ ...secure, socket }) }),
    },
    resolve,
  );
  sent.setTimeout(silenceMs, () => sent.destroy(new Error(`no data for ${silenceMs / 1000} s`)));
  sent.once('error', reject);
  sent.end();
  return promise;
}

/** Node's authorities, and the system's, which hold those of a company's proxy. */
function authorities(): string[] {
  // Node 22.15 and later can read the system's.
  const of = (kind: 'default' | 'system') => tls.getCACertificates?.(kind) ?? [...tls.rootCertificates];
  return [...new Set([...of('default'), ...of('system')])];
}

/** The proxy's URL: of the editor's settings, else of the environment; undefined if the host is reached directly. */
export function proxyFor(
  { hostname, port, protocol }: URL,
  { proxy, direct = [] }: Proxies,
  environment: Readonly<Record<string, string | undefined>>,
): URL | undefined {
  const read = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined;
  const named = proxy || read('HTTPS_PROXY') || read('ALL_PROXY');
  if (named === undefined) return undefined;
  const exempt = [...direct, ...(read('NO_PROXY') ?? '').split(',')].map((each) => each.trim().toLowerCase());
  const host = hostname.toLowerCase();
  const at = port || (protocol === 'https:' ? '443' : '80');
  const isExempt = exempt.some((each) => {
    const [name = '', only] = each.replace(/^\*?\./, '').split(':');
    if (each === '' || (only !== undefined && only !== at)) return false;
    return name === '*' || host === name || host.endsWith(`.${name}`);
  });
  if (isExempt) return undefined;
  const text = /^\w+:\/\//.test(named) ? named : `http://${named}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new CodedError(
      'network',
      'The proxy in the settings or the environment is no http or https address. Correct the setting http.proxy or the variable HTTPS_PROXY.',
    );
  return url;
}

/** A connection to the target through the proxy (CONNECT). */
function tunnel(proxy: URL, target: URL, signal: AbortSignal, silenceMs: number): Promise<Socket> {
  const to = `${target.hostname}:${target.port || 443}`;
  const name = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const authorization = proxy.username && { 'proxy-authorization': `Basic ${Buffer.from(name).toString('base64')}` };
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const sent = (proxy.protocol === 'https:' ? https : http).request({
    host: proxy.hostname,
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: to,
    headers: { host: to, ...authorization },
    agent: false,
    signal,
  });
  sent.setTimeout(silenceMs, () => sent.destroy(new Error(`no data for ${silenceMs / 1000} s`)));
  sent.once('connect', ({ statusCode }, socket) => {
    if (statusCode === 200) return resolve(socket);
    socket.destroy();
    const advice =
      statusCode === 407 ? 'Put name and password into the setting http.proxy.' : 'Ask its owner to allow the host.';
    reject(
      new CodedError('network', `The proxy ${proxy.host} refuses ${target.hostname} (HTTP ${statusCode}). ${advice}`),
    );
  });
  sent.once('error', reject);
  sent.end();
  return promise;
}
