// What is redacted in twenty ordinary packages, each range judged by eye (redacted-in-packages.tsv); and how long redaction takes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf, languageIdOf } from '../../src/text/languages.ts';
import { lineEnd, lineStart } from '../../src/text/lines.ts';
import { decodeText, leftOutByContent } from '../../src/workspace/files/examine.ts';
import { leftOutByName } from '../../src/workspace/files/file-names.ts';
import { findSecrets, redactSecrets } from '../../src/workspace/secrets/secrets.ts';
import { fetchPackage } from '../common/packages.ts';
import type { Campaign } from './campaign.ts';

const npm = [
  'axios@1.21.1',
  'date-fns@4.4.0',
  'eslint@10.15.0',
  'express@5.3.0',
  'lodash@4.18.1',
  'mongoose@9.12.1',
  'rxjs@7.8.2',
  'sequelize@6.37.8',
  'three@0.187.0',
  'typeorm@1.1.1',
  'webpack@5.112.2',
];
/** Their source archives, tests and documents included. */
const pypi = [
  'aiohttp==3.14.5',
  'ansible-core==2.19.14',
  'celery==5.7.0',
  'django==5.2.19',
  'fastapi==0.165.0',
  'flask==3.1.3',
  'paramiko==5.1.0',
  'requests==2.34.2',
  'sphinx==9.0.4',
];

/** Packages whose files are rich in credentials, most of them of tests and documents. */
const rich = [
  ...['aws-sdk@2.1693.0', 'firebase-tools@15.34.2'].map((name) => ({ name, fetch: () => fetchPackage(name) })),
  ...['azure-identity==1.27.0', 'certbot==5.8.0', 'hvac==2.4.0', 'keystone==30.0.0', 'moto==5.2.5', 'salt==3008.5'].map(
    (name) => ({ name, fetch: () => fetchPackage(name, 'source') }),
  ),
  { name: 'azure-cli==2.91.0', fetch: () => fetchPackage('azure-cli==2.91.0', 'pypi') },
];

/** Ranges that are no secrets, for a thousand files. */
const most = 1;
/** All ranges, for a thousand files rich in credentials. About two thirds of them are credentials. */
const mostInRich = 70;
const mostMilliseconds = 100;

export interface RedactedLine {
  readonly package: string;
  readonly path: string;
  /** The first line of the range as it is after redaction, cut. */
  readonly line: string;
}

export const falsePositivesCampaign: Campaign = {
  name: 'false-positives',
  what: `what is redacted in twenty packages of npm and PyPI, whose files the harvest would take; a range is a secret or none by a verdict
  by eye in bench/safety/redacted-in-packages.tsv; one that is not in the list counts as none`,
  run: async (show) => {
    const verdicts = readVerdicts();
    let files = 0;
    let none = 0;
    const texts: string[] = [];
    for (const { name, folder } of packages()) {
      let read = 0;
      const wrong: RedactedLine[] = [];
      for (const { path, text } of filesOf(folder)) {
        read++;
        if (/\.(?:[jt]s|py|md|rst)$/.test(path)) texts.push(text);
        for (const line of redactedLines(name, path, text))
          if (verdicts.get(keyOf(line)) !== 'secret') wrong.push(line);
      }
      files += read;
      none += wrong.length;
      const notes = wrong.slice(0, 5).map(({ path, line }) => `${path}: ${line}`);
      show({
        group: 'no secrets: files of packages without a range that is none',
        what: name,
        tried: read,
        held: read - new Set(wrong.map(({ path }) => path)).size,
        failed: new Set(wrong.map(({ path }) => path)).size,
        ...(notes.length > 0 && { notes }),
      });
    }
    const rate = (none * 1000) / files;
    show({
      group: 'no secrets: limits',
      what: `at most ${most} range that is none in 1,000 files`,
      tried: 1,
      ...outcome(rate <= most),
      notes: [`${none} in ${files} files: ${rate.toFixed(2)} in 1,000`],
    });
    const counts = rich.map(({ name, fetch }) => {
      const found = [...filesOf(fetch())].map(({ path, text }) => redactSecrets(text, path).count);
      return { name, files: found.length, ranges: found.reduce((sum, count) => sum + count, 0) };
    });
    const inRich = (sumOf(counts, 'ranges') * 1000) / sumOf(counts, 'files');
    show({
      group: 'no secrets: limits',
      what: `at most ${mostInRich} ranges in 1,000 files rich in credentials`,
      tried: 1,
      ...outcome(inRich <= mostInRich),
      notes: [
        `${inRich.toFixed(1)} in 1,000`,
        ...counts.map((some) => `${some.name}: ${some.ranges} in ${some.files} files`),
      ],
    });
    const spent = processorTime(ordinaryText(texts));
    show({
      group: 'no secrets: limits',
      what: `1 MB of ordinary text within ${mostMilliseconds} ms`,
      tried: 1,
      ...outcome(spent <= mostMilliseconds),
      notes: [`${spent.toFixed(0)} ms of one processor, the best of five`],
    });
  },
};

function sumOf<Key extends string>(rows: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return rows.reduce((sum, row) => sum + row[key], 0);
}

function outcome(held: boolean): { held: number; failed: number } {
  return { held: held ? 1 : 0, failed: held ? 0 : 1 };
}

function packages(): { readonly name: string; readonly folder: string }[] {
  return [
    ...npm.map((name) => ({ name, folder: fetchPackage(name) })),
    ...pypi.map((name) => ({ name, folder: fetchPackage(name, 'source') })),
  ];
}

/** What the harvest would take, by path. */
function* filesOf(folder: string): Generator<{ readonly path: string; readonly text: string }> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const full of entries.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    const path = full.slice(folder.length + 1).replaceAll('\\', '/');
    if (leftOutByName(path) !== undefined) continue;
    const bytes = readFileSync(full);
    const text = bytes.length > 1_000_000 ? undefined : decodeText(bytes);
    if (text !== undefined && leftOutByContent(text, kindOf(languageIdOf(path))) === undefined) yield { path, text };
  }
}

function redactedLines(name: string, path: string, text: string): RedactedLine[] {
  const ranges = findSecrets(text, path);
  if (ranges.length === 0) return [];
  const redacted = redactSecrets(text, path).text;
  const lines = new Map<number, RedactedLine>();
  for (const { start } of ranges) {
    const line = redacted.slice(lineStart(redacted, start, 60), lineEnd(redacted, start, 60));
    lines.set(start, { package: name, path, line: line.replace(/\s+/g, ' ').trim() });
  }
  return [...lines.values()];
}

function keyOf({ package: name, path, line }: RedactedLine): string {
  return `${name.replace(/(?<=.)(?:@|==).*/, '')}\t${path}\t${line}`;
}

/** Verdict by package, path and redacted line. */
function readVerdicts(): Map<string, string> {
  const rows = readFileSync(new URL('redacted-in-packages.tsv', import.meta.url), 'utf8').split('\n');
  return new Map(
    rows
      .filter((row) => row !== '' && !row.startsWith('#'))
      .map((row) => {
        const [verdict = '', ...key] = row.split('\t');
        return [key.join('\t'), verdict];
      }),
  );
}

/** A million characters of files of every package, in turn. */
function ordinaryText(texts: readonly string[]): string {
  const step = Math.max(1, Math.floor(texts.length / 400));
  let text = '';
  for (let i = 0; i < texts.length && text.length < 1_000_000; i += step) text += `${texts[i]?.slice(0, 20_000)}\n`;
  return text.slice(0, 1_000_000);
}

function processorTime(text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage();
    redactSecrets(text, 'a.ts');
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

// `node bench/safety/false-positives.ts`: the rows that the list has not, to be judged.
if (import.meta.main) {
  const verdicts = readVerdicts();
  for (const { name, folder } of packages())
    for (const { path, text } of filesOf(folder))
      for (const line of redactedLines(name, path, text)) {
        const key = keyOf(line);
        if (!verdicts.has(key)) console.log(`?\t${key}`);
        verdicts.set(key, '?');
      }
}
