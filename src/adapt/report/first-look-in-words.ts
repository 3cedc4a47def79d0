// The text that `npm start` prints in its first minute: files read, accuracy of the local model, two example
// completions.
import { counted, oneLine, percent } from '../../common/format.ts';
import { quantile } from '../../common/quality.ts';
import { lineBefore } from '../../text/lines.ts';
import type { HarvestReport } from '../../workspace/files/harvest-types.ts';
import type { ScoredPosition } from './figures.ts';
import { leftOutInWords } from './outcome.ts';

/** Drafts at the same cursor positions of held-out files. */
export interface FirstLook {
  /** Of the n-gram model alone. */
  readonly ngram: readonly ScoredPosition[];
  /** Of the base model with the n-grams; undefined: it did not answer in time, or there is none. */
  readonly base: readonly ScoredPosition[] | undefined;
}

/** With fewer positions, the text says that the figures are rough. */
const FEW = 30;
/** Columns of code in an example, so that its line fits in 100. */
const CODE_WIDTH = 84;

export function harvestInWords({ root, files, bytes, leftOut, secretsMasked }: HarvestReport): string {
  const read = `${counted(files, 'file')}, ${(bytes / 1e6).toFixed(1)} MB`;
  const masked = `${counted(secretsMasked, 'secret')} replaced before anything else saw the text.`;
  return `What was read\n  ${root}\n  ${read}. Left out: ${leftOutInWords(leftOut)}. ${masked}\n`;
}

export function firstLookInWords({ ngram, base }: FirstLook): string {
  const shown = base ?? ngram;
  if (shown.length === 0)
    return 'How right the local model is here\n  Not measured: the folder has too few files to hold some out.\n';
  const files = new Set(shown.map(({ example }) => example.path)).size;
  const row = (name: string, scored: readonly ScoredPosition[]) => {
    const right = scored.filter((each) => each.right).length;
    return `    ${name.padEnd(34)} ${String(right).padStart(3)} of ${scored.length} (${percent(right / scored.length)})`;
  };
  const seconds =
    quantile(
      shown.map(({ draft }) => draft.latencyMs).filter((ms) => ms > 0),
      0.5,
    ) / 1000;
  return [
    'How right the local model is here, before any training',
    `  It completed the line at ${counted(shown.length, 'cursor position')} in ${counted(files, 'file')} that it has not read.`,
    '  Lines that are exactly what the author wrote:',
    row("n-grams: this folder's own text", ngram),
    ...(base ? [row('n-grams with the base model', base)] : []),
    ...(shown.length < FEW ? ['  These are few positions, so the figures are rough.'] : []),
    ...(base ? [] : ['  The base model did not answer in time, or is switched off.']),
    ...(seconds > 0
      ? [
          `  A suggestion took ${seconds < 0.095 ? `${Math.ceil(1000 * seconds)} ms` : `${seconds.toFixed(1)} s`}. Nothing left this machine.`,
        ]
      : []),
    '',
    'Two completions from these files',
    ...examplesOf(shown).flatMap(exampleLines),
  ].join('\n');
}

/** A right and a wrong draft, if possible of different files. */
function examplesOf(scored: readonly ScoredPosition[]): ScoredPosition[] {
  const byLength = [...scored].sort((a, b) => lengthOf(b) - lengthOf(a));
  const first = byLength.find(({ right }) => right) ?? byLength[0];
  const rest = byLength.filter((each) => each !== first);
  const elsewhere = rest.filter(({ example }) => example.path !== first?.example.path);
  const wrongIn = (positions: readonly ScoredPosition[]) =>
    positions.find(({ right, draft }) => !right && draft.text !== '');
  const second = wrongIn(elsewhere) ?? wrongIn(rest) ?? rest[0];
  return [first, second].filter((each) => each !== undefined);
}

/** Length of the author's text; 0 if nothing was typed on the line or it does not fit the terminal. */
function lengthOf({ truth, draftPosition }: ScoredPosition): number {
  const typed = lineBefore(draftPosition.query.prefix).trim().length;
  return typed > 0 && typed + truth.length <= CODE_WIDTH && truth.length <= CODE_WIDTH / 2 ? truth.length : 0;
}

function exampleLines({ example, draftPosition, draft, truth, right }: ScoredPosition): string[] {
  const typed = lineBefore(draftPosition.query.prefix);
  return [
    `  ${example.path}, line ${example.line + 1}`,
    `    typed      ${oneLine(typed, CODE_WIDTH)}▏`,
    `    suggested  ${draft.text === '' ? '(nothing)' : oneLine(draft.text, CODE_WIDTH)}`,
    `    author     ${oneLine(truth, CODE_WIDTH)}${right ? '  (the same)' : ''}`,
    '',
  ];
}
