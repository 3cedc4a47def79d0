// Checks the addresses to which a key and source text may be sent.

/** Checks the user's base URL. Plain http is allowed only to this machine, because it sends the key unencrypted. */
export function checkBaseUrl(text: string): {
  readonly url: string | undefined;
  readonly problem?: 'invalid' | 'insecure';
} {
  if (text === '') return { url: undefined };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return { url: undefined, problem: 'invalid' };
  if (url.protocol === 'http:' && !isLoopback(url.host)) return { url: undefined, problem: 'insecure' };
  return { url: text };
}

/** Whether the host is this machine, where requests are free and private. @param host with or without a port */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return ['localhost', '127.0.0.1', '[::1]'].includes(name) || name.endsWith('.localhost');
}

/** The host of a URL, or '' if it is no URL. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
