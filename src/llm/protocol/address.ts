// Which addresses a key and source text may travel to.

/** The user's base URL, or why it cannot be used. Plain http only to this machine: a key must not travel in clear. */
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

/** This machine: what is asked there costs nothing, and leaves nothing. @param host with or without a port */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return ['localhost', '127.0.0.1', '[::1]'].includes(name) || name.endsWith('.localhost');
}

/** '' where it is no URL. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
