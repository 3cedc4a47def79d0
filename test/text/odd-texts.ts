// Random texts with a cursor: empty ones, all kinds of line ends, very long lines, characters of two UTF-16 units.
import { uniforms } from '../../src/common/statistics/random.ts';

const pieces = [
  '',
  'a',
  ' ',
  '\t',
  '\n',
  '\n\n\n',
  '\r\n',
  '\r',
  'const x = f(a, [b]);',
  '  if (x) {\n    y();\n  }\n',
  '\u{1f600}',
  '\u{1f600}'.repeat(300),
  'word '.repeat(500),
  '{[(',
  ')]}',
  `"it's`,
  '\u2028',
];

/** `count` texts with a cursor at any offset, even between the two UTF-16 units of a character. */
export function* oddTexts(count: number, seed: number): Generator<{ text: string; cursor: number }> {
  yield { text: '', cursor: 0 };
  const random = uniforms(seed);
  for (let i = 1; i < count; i++) {
    const length = Math.floor(random() * 24);
    const text = Array.from({ length }, () => pieces[Math.floor(random() * pieces.length)]).join('');
    yield { text, cursor: Math.floor(random() * (text.length + 1)) };
  }
}
