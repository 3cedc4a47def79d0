// The README claims what docs/benchmarks.md holds: each of its figures is one from there, rounded.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const oneLine = (text: string) => text.replace(/\s+/g, ' ');
const [intro = '', limits = ''] = [
  read('README.md').split('\n## ')[0],
  read('README.md').split('\n## Limits\n')[1]?.split('\n## ')[0],
].map((text) => oneLine(text ?? '').replaceAll('*', ''));
const benchmarks = oneLine(read('docs/benchmarks.md')).replaceAll('*', '');

/** Groups of the one place that a pattern finds. */
function found(text: string, pattern: RegExp): string[] {
  const matches = [...text.matchAll(new RegExp(pattern, 'g'))];
  assert.equal(matches.length, 1, `${pattern} is found ${matches.length} times`);
  return matches.flatMap((match) => match.slice(1));
}

const ofHundred = (share = '') => String(Math.round(100 * Number(share)));
const number = (text = '') => Number(text.replaceAll(',', ''));

/** The rows of the large model with the folder's knowledge. */
const renamed = /renamed package, 121 cursors \| [\d.]+ \| ([\d.]+) \| [\d.]+ \| ([\d.]+) \| [^|]+\| [\d.]+, ([\d.]+),/;
const known = /`@tanstack\/db`, 98 cursors \| [\d.]+ \| ([\d.]+) \| [\d.]+ \| ([\d.]+) \| [^|]+\| [\d.]+, ([\d.]+),/;

interface Claim {
  /** Its groups are the claim's figures. */
  readonly readme: RegExp;
  /** What they are according to docs/benchmarks.md. */
  readonly measured: () => readonly string[];
}

const claims: readonly Claim[] = [
  {
    readme: /after (\d+) ms while you type, after (half a second) at a new position/,
    measured: () => {
      const [typed = '', position] = found(
        benchmarks,
        /medium \+ n-grams \| [^|]+\| [^|]+\| [^|]+\| +\| (\d+), (\d+),/,
      );
      return [typed, Math.round(number(position) / 100) === 5 ? 'half a second' : `${position} ms`];
    },
  },
  {
    readme: /completes (\d+) of 100 test lines exactly; a frontier Claude that sees only the file, (\d+)\./,
    measured: () => [
      ofHundred(found(benchmarks, /medium \+ n-grams \| ([\d.]+) \|/)[0]),
      ofHundred(found(benchmarks, /\| Claude \| ([\d.]+) \|/)[0]),
    ],
  },
  {
    readme: /In a typing simulation (\d+) of 100 were wrong\./,
    measured: () => found(benchmarks, /\| Balanced \|[^%]*\| (\d+) % of \d+ \|/),
  },
  {
    readme: /: (\d+) instead of (\d+) of 100 lines in a renamed package/,
    measured: () => found(benchmarks, renamed).slice(0, 2).reverse().map(ofHundred),
  },
  {
    readme: /; in a public one (\d+) instead of (\d+)\./,
    measured: () => found(benchmarks, known).slice(0, 2).reverse().map(ofHundred),
  },
  {
    readme: /Without, they save (\d+) of 100 calls and lose (\d+) line\./,
    measured: () => {
      const [saved, together, alone] = found(benchmarks, /Claude save ([\d.]+) of the calls \(([\d.]+) for ([\d.]+);/);
      return [ofHundred(saved), ofHundred(String(number(alone) - number(together)))];
    },
  },
  {
    readme: /cuts the median wait from ([\d.]+) to ([\d.]+) seconds/,
    measured: () => {
      const wait = (row: string) =>
        found(benchmarks, new RegExp(`\\| ${row} \\| [^|]+\\| [^|]+\\| [^|]+\\| ([\\d,]+), `))[0];
      const [large, first] = ['large model alone', 'local first, as shipped'].map((row) => number(wait(row)) / 1000);
      return [large?.toFixed(1) ?? '', first?.toFixed(2) ?? ''];
    },
  },
];

test('every figure of the README about speed and quality is one of docs/benchmarks.md', () => {
  for (const { readme, measured } of claims) assert.deepEqual(found(intro + limits, readme), measured(), `${readme}`);
});

test('the README has no other figure about speed and quality', () => {
  const rest = claims.reduce((text, { readme }) => text.replace(readme, ''), intro + limits);
  const others = rest.replace(/arXiv [\d.]+/, '').match(/\S*\s?\d\S*/g);
  assert.equal(others, null);
});

test('a fifth fewer calls equal the large model without the knowledge, as the README says', () => {
  const pattern = /With these, local and large model together equal the large one without, at a fifth fewer calls/;
  assert.match(limits, pattern);
  for (const row of [renamed, known]) {
    const [bare, , four] = found(benchmarks, row).map(number);
    assert.ok(four !== undefined && bare !== undefined && four >= bare, `${four} is not ${bare}`);
  }
});

test('the README calls within chance what docs/benchmarks.md does not tell from chance', () => {
  assert.match(limits, /That it saves calls is not proven/);
  const pattern = /Local first saves \d+ % of the calls an hour; [^.]*\. [^.]* only the waiting is beyond chance/;
  assert.match(benchmarks, pattern);
  assert.match(limits, /ten minutes of training change nothing beyond chance/);
  assert.match(benchmarks, /Both changes of lines are within chance/);
  const intervals = [
    ...benchmarks.matchAll(
      /\| (?:section of a changelog|sst2|trec), \d+[^|]*\| (?:[\d.]+ \| ){4}-?[\d.]+ \((-?[\d.]+) to/g,
    ),
  ];
  assert.match(limits, /Examples made the large model better in one of three labelling tasks/);
  assert.deepEqual(intervals.map(([, low]) => number(low) > 0).sort(), [false, false, true]);
});
