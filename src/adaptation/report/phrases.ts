// Phrases that several parts of a report share.
import { counted, thousands } from '../../common/format.ts';
import type { LeftOutReason } from '../../workspace/files/types.ts';
import type { AdaptReport, Latencies } from './types.ts';

/** Fewer positions say too little of a model: a report states no figures of them. */
export const ENOUGH_POSITIONS = 20;
/** Maximum number of reasons for leaving files out. */
const REASONS = 4;

/** Reasons for leaving a file out, in words. */
const reasons: Record<LeftOutReason, string> = {
  ignored: 'ignored by .gitignore, .easyadaptationignore or files.exclude',
  binary: 'binary',
  minified: 'minified',
  generated: 'generated',
  vendored: 'vendored',
  'too-large': 'too large',
  'near-duplicate': 'nearly the same as another file',
  empty: 'empty',
  unreadable: 'unreadable',
  'not-a-file': 'links, pipes, sockets or devices',
  'changed-while-read': 'changed while being read',
  'secret-file': 'made to hold secrets',
  'over-limit': 'over the limit of files or bytes',
};

/** '12 binary; 3 too large', or 'nothing' */
export function leftOutInWords(leftOut: Readonly<Partial<Record<LeftOutReason, number>>>): string {
  const counts = (Object.entries(leftOut) as [LeftOutReason, number][]).sort((a, b) => b[1] - a[1]);
  const parts = counts.slice(0, REASONS).map(([reason, count]) => `${thousands(count)} ${reasons[reason]}`);
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}

/** A run's limit of minutes: '10 minutes', '0.5 minutes'. */
export function limitInWords(minutes: number): string {
  return minutes === 1 ? '1 minute' : `${Number(minutes.toFixed(1))} minutes`;
}

/** '$0.0450 for 45 answers of claude'; 'nothing for 45 answers of qwen' if they were free */
export function paidInWords({ usd, answers, model }: NonNullable<AdaptReport['paid']>): string {
  return `${usd === 0 ? 'nothing' : `$${usd.toFixed(4)}`} for ${counted(answers, 'answer')} of ${model}`;
}

/** '2.3 ms, one in twenty more than 14 ms' */
export function latencyInWords({ latencyP50Ms, latencyP95Ms }: Latencies): string {
  return `${ms(latencyP50Ms)}, one in twenty more than ${ms(latencyP95Ms)}`;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
