// What a run came to, in one table: the figures that a base is judged by, a column a base.

import type { Figures } from '../figures.ts';

interface Row {
  readonly name: string;
  /** Where it stands among the figures; '*' is the base. */
  readonly path: readonly string[];
}

const bits = (language: string): Row => ({
  name: `bits a character, ${language}`,
  path: ['bits', `held-out-${language}`, '*'],
});
const mixed = ['lines', '*', 'with-n-grams-as-shipped'];
const adapted = ['adapted', '*', 'adapted-with-n-grams-as-in-the-product'];
const ahead = 'ours-against-the-best-of-llama-cpp';
const renamed = ['by-package', 'renamed', 'exact-match'];

const rows: readonly Row[] = [
  ...['typescript', 'python', 'go', 'markdown'].map(bits),
  { name: 'bits a character, recorded packages', path: ['bits', 'recorded-public', '*'] },
  { name: 'bits a character, renamed package', path: ['bits', 'recorded-renamed', '*'] },
  { name: 'lines right, alone', path: ['lines', '*', 'alone-suffix-and-snippets', 'exact-match'] },
  { name: 'lines right, alone, renamed', path: ['lines', '*', 'alone-suffix-and-snippets', ...renamed] },
  { name: 'lines right, with n-grams', path: [...mixed, 'exact-match'] },
  { name: 'lines right, with n-grams, renamed', path: [...mixed, ...renamed] },
  { name: 'lines right, fitted', path: ['fitted', '*', 'with-n-grams-fitted', 'exact-match'] },
  { name: 'lines right, adapted', path: [...adapted, 'exact-match'] },
  { name: 'lines right, adapted, renamed', path: [...adapted, ...renamed] },
  { name: 'right where the large model is wrong', path: [...mixed, 'right-where-large-model-is-wrong'] },
  ...[10, 20, 30, 50].map((share) => ({
    name: `precision at ${share} %, with n-grams`,
    path: [...mixed, 'precision', `at-${share}`],
  })),
  { name: 'a line, warm, p50 ms', path: ['latency', '*', 'line-in-the-product-warm', 'p50-ms'] },
  { name: 'a line, cold, p50 ms', path: ['latency', '*', 'line-in-the-product-cold', 'p50-ms'] },
  { name: 'a line, cold, p95 ms', path: ['latency', '*', 'line-in-the-product-cold', 'p95-ms'] },
  { name: 'prefill, times llama.cpp, two threads', path: ['engines', '*', `${ahead}-2-threads`, 'prefill-ratio'] },
  { name: 'decoding, times llama.cpp, two threads', path: ['engines', '*', `${ahead}-2-threads`, 'decoding-ratio'] },
  { name: 'serving, MB above an empty process', path: ['size', '*', 'serving-mb-above-empty'] },
  { name: 'file of weights, MB', path: ['size', '*', 'weights-mb'] },
];

/**
 * @param figures of the sections that ran, in kebab case
 * @param bases names in kebab case
 * @returns by figure, of each base; those that were not measured are left out
 */
export function summaryOf(figures: Figures, bases: readonly string[]): Record<string, Figures> {
  const summary: Record<string, Figures> = {};
  for (const { name, path } of rows) {
    const found = bases.flatMap((base): [string, number][] => {
      const value = at(
        figures,
        path.map((key) => (key === '*' ? base : key)),
      );
      return typeof value === 'number' ? [[base, value]] : [];
    });
    if (found.length > 0) summary[name] = Object.fromEntries(found);
  }
  return summary;
}

function at(figures: Figures, path: readonly string[]): number | string | Figures | undefined {
  return path.reduce<number | string | Figures | undefined>(
    (value, key) => (typeof value === 'object' ? value[key] : undefined),
    figures,
  );
}
