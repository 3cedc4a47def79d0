// Phrases that several parts of a report share.
import { counted, oneLine } from '../../common/format.ts';
import type { LeftOutReason } from '../../workspace/files/types.ts';
import type { AdaptReport, Latencies, NeuralReport } from './types.ts';

/** Reasons for leaving a file out, in words. */
export const reasons: Record<LeftOutReason, string> = {
  ignored: 'ignored by .gitignore, .easyadaptationignore or files.exclude',
  binary: 'binary',
  minified: 'minified',
  generated: 'generated',
  vendored: 'vendored',
  'too-large': 'too large',
  'near-duplicate': 'near-duplicates of another file',
  empty: 'empty',
  unreadable: 'unreadable',
  'not-a-file': 'links, pipes, sockets or devices',
  'changed-while-read': 'changed while being read',
  'secret-file': 'made to hold secrets',
  'over-limit': 'over the limit of files or bytes',
};

export const LINES_RIGHT = 'Lines exactly right';

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A line of code as reports show it. */
export function codeInReport(text: string): string {
  return text.trim() === '' ? '(nothing)' : oneLine(text, 120);
}

/** Whether a model was adapted and another one is used. */
export function isRolledBack({ chosenFrom, used }: NeuralReport): boolean {
  return chosenFrom.adapted !== undefined && used !== 'adapted';
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
