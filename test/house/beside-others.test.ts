// docs/beside-others.md: each statement names a source that is listed, and its figures are those of the other documents.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contributedSettings } from '../../build/contributed-settings.ts';
import { root } from '../../build/paths.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/beside-others.md');
const table = page.split('\n').filter((line) => line.startsWith('| ') && line.split(' | ').length > 6);
const cellsOf = (row: string) => row.split('|').slice(1, -1);

const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** Numbers that are raised in a text. */
const raisedIn = (text: string) =>
  [...text.matchAll(new RegExp(`[${raised}]+`, 'g'))].map(([digits]) =>
    Number([...digits].map((digit) => raised.indexOf(digit)).join('')),
  );

test('every raised number names a listed source, and every listed source is named', () => {
  const listed = [...page.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
  assert.ok(listed.length > 10);
  const actual = [...new Set(raisedIn(page))].sort((a, b) => a - b);
  assert.deepEqual(actual, listed);
});

test('every cell about a peer has a source, or says that none was found', () => {
  const [, , ...rows] = table;
  assert.ok(rows.length > 7);
  const unsourced = rows.flatMap((row) => {
    const [name = '', , ...peers] = cellsOf(row);
    const forAll = raisedIn(name).length > 0;
    return forAll ? [] : peers.filter((cell) => raisedIn(cell).length === 0 && cell.trim() !== 'not known');
  });
  assert.deepEqual(unsourced, []);
});

test('the scores of next edits are those of bench/replay/README.md', () => {
  const replay = read('bench/replay/README.md');
  const scores = /score ([\d.]+),[^(]*\(Mercury ([\d.]+):[^;]*; Zeta-2 ([\d.]+):[^;]*; Copilot ([\d.]+)\)/.exec(replay);
  const [ours, mercury, zeta, copilot] = scores?.slice(1) ?? [];
  const row = cellsOf(table.find((line) => line.includes('51 public')) ?? '').map((cell) => cell.trim());
  const actual = [row[1]?.split(' ')[0], row[2], row[4]?.split(' ')[0], /Mercury, has ([\d.]+)/.exec(page)?.[1]];
  assert.deepEqual(actual, [ours, copilot, zeta, mercury]);
});

test('the shares of right lines are those of docs/benchmarks.md', () => {
  const benchmarks = read('docs/benchmarks.md').replaceAll('*', '');
  const right = (name: string) => new RegExp(`\\| ${name} \\| ([\\d.]+) \\|`).exec(benchmarks)?.[1];
  const expected = ['medium \\+ n-grams', 'Claude'].map((name) => String(Math.round(100 * Number(right(name)))));
  assert.deepEqual(/completes (\d+) of 100 test lines, Claude (\d+)\./.exec(page)?.slice(1), expected);
});

test('every setting that the page names exists', () => {
  const named = [...page.matchAll(/`(easyAdaptation\.\w+)`/g)].map(([, name = '']) => name);
  assert.ok(named.length > 3);
  const actual = named.filter((name) => contributedSettings[name] === undefined);
  assert.deepEqual(actual, []);
});
