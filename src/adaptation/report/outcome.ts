// What an adaptation changed and what that means, in one sentence: how it ends, wherever it was started.
import { counted, percent } from '../../common/format.ts';
import { likelierBy } from '../../common/quality.ts';
import type { AdaptReport, MixedQuality } from './types.ts';

export function outcomeOf({ neural, harvest, notes }: AdaptReport): string {
  if (!neural) return ['Its files are at hand, and no neural model was adapted.', ...reasons(notes)].join(' ');
  const { used, why, quality, training, chosenFrom } = neural;
  const own = used === 'base' ? undefined : quality[used];
  if (!own) {
    const stays = `The base model answers, with ${counted(harvest.files, 'file')} of this folder at hand.`;
    return [...(training ? [`Not kept: ${why}`] : reasons(notes)), stays].join(' ');
  }
  const kept = used === 'adapted' ? 'Kept' : 'What was adapted before stays';
  const more = own.exactMatch - quality.base.exactMatch;
  const unseen = `on ${counted(own.places, 'place')} of files it has not seen`;
  const figures = `(${percent(own.exactMatch)} instead of ${percent(quality.base.exactMatch)})`;
  if (own.places === 0) return `${kept}: ${why}`;
  if (more > 0) return `${kept}: ${percent(more)} more lines right ${unseen} ${figures}.`;
  const chosen = `better on ${counted(chosenFrom?.[used]?.places ?? 0, 'place')} that it was chosen by`;
  const lines = more < 0 ? `it got ${percent(-more)} fewer right` : 'no difference was seen';
  return `${kept}: it was ${chosen}; ${unseen} ${lines} ${figures}${wordsOf(own, quality.base)}.`;
}

/** How much likelier the next words were to it; empty where that was not measured, and where nothing of it can be seen. */
function wordsOf(own: MixedQuality, base: MixedQuality): string {
  if (own.loss === undefined || base.loss === undefined) return '';
  const likelier = likelierBy(base.loss - own.loss);
  if (Math.abs(likelier) < 0.0005) return '';
  return `, and what came next in them was ${percent(Math.abs(likelier))} ${likelier > 0 ? 'likelier' : 'less likely'} to it`;
}

/** Why there is no adapted model. */
function reasons(notes: readonly string[]): string[] {
  return notes.filter((note) => /neural model was/.test(note)).slice(0, 1);
}
