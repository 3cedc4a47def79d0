// The encodings in which a server may repeat a key that it received.

const percent = (text: string) => [...text].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');

export const keyForms: Readonly<Record<string, (key: string) => string>> = {
  'as it is': (key) => key,
  capitals: (key) => key.toUpperCase(),
  'small letters': (key) => key.toLowerCase(),
  base64: (key) => Buffer.from(key).toString('base64'),
  'base64 of a header': (key) => Buffer.from(`Bearer ${key}`).toString('base64'),
  'base64 of a user and a password': (key) => Buffer.from(`u:${key}:p`).toString('base64'),
  base64url: (key) => Buffer.from(`{"key":"${key}"}`).toString('base64url'),
  hex: (key) => Buffer.from(key).toString('hex'),
  'hex in capitals, with colons': (key) =>
    (Buffer.from(key).toString('hex').toUpperCase().match(/../g) ?? []).join(':'),
  'percent-encoded': percent,
  'percent-encoded twice': (key) => percent(key).replaceAll('%', '%25'),
  'HTML entities': (key) => [...key].map((c) => `&#${c.charCodeAt(0)};`).join(''),
  'escapes of JSON': (key) => [...key].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join(''),
};
