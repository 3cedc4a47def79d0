// The outcome of an adaptation in one sentence, for editor, terminal and report.
import { counted, percent } from '../../common/format.ts';
import { likelierBy } from '../../common/quality.ts';
import type { AdaptReport, MixedQuality } from './types.ts';

export function outcomeOf({ neural, harvest, notes }: AdaptReport): string {
  if (!neural) return ['The files are indexed, and no neural model was adapted.', ...reasons(notes)].join(' ');
  const { used, why, quality, training, chosenFrom } = neural;
  const own = used === 'base' ? undefined : quality[used];
  if (!own) {
    const stays = `The base model answers, with ${counted(harvest.files, 'file')} of this folder in the index.`;
    return [...(training ? [`Not kept: ${why}`] : reasons(notes)), stays].join(' ');
  }
  const kept = used === 'adapted' ? 'Kept' : 'The earlier adapted model stays';
  const more = own.exactMatch - quality.base.exactMatch;
  const unseen = `at ${counted(own.places, 'position')} of files it has not seen`;
  const figures = `(${percent(own.exactMatch)} instead of ${percent(quality.base.exactMatch)})`;
  if (own.places === 0) return `${kept}: ${why}`;
  if (more > 0) return `${kept}: ${percent(more)} more lines right ${unseen} ${figures}.`;
  const chosen = `better at the ${counted(chosenFrom[used]?.places ?? 0, 'position')} that decided`;
  const lines = more < 0 ? `it got ${percent(-more)} fewer right` : 'no difference was seen';
  return `${kept}: it was ${chosen}; ${unseen} ${lines} ${figures}${lossInWords(own, quality.base)}.`;
}

/** Difference in loss, as a clause; empty if it was not measured or rounds to 0. */
function lossInWords(own: MixedQuality, base: MixedQuality): string {
  if (own.loss === undefined || base.loss === undefined) return '';
  const likelier = likelierBy(base.loss - own.loss);
  if (Math.abs(likelier) < 0.0005) return '';
  return `, and it gave the author’s text ${percent(Math.abs(likelier))} ${likelier > 0 ? 'more' : 'less'} probability`;
}

/** The note that says why there is no adapted model. */
function reasons(notes: readonly string[]): string[] {
  return notes.filter((note) => /neural model was/.test(note)).slice(0, 1);
}
