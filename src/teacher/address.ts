// Which addresses a key and source text may travel to.

/** The user's base URL, or why it cannot be used. Plain http only to this machine: a key must not travel in clear. */
export function checkBaseUrl(text: string): {
  readonly url: string | undefined;
  readonly problem?: 'invalid' | 'insecure';
} {
  if (text === '') return { url: undefined };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return { url: undefined, problem: 'invalid' };
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) || url.hostname.endsWith('.localhost');
  if (url.protocol === 'http:' && !loopback) return { url: undefined, problem: 'insecure' };
  return { url: text };
}
