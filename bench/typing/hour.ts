// What comes while passages in eight languages are typed in the middle of their files: every suggestion, one a row, to be read by eye.
import { lineStart } from '../../src/text/lines.ts';
import type { Base } from '../base/types.ts';
import { passageWithin } from '../common/typist.ts';
import type { Figures } from '../figures.ts';
import { code } from './forty.ts';
import { inSimulatedWindow, type RuleWindow } from './in-simulated-window.ts';
import { typedFiles } from './positions.ts';
import { nothingTyped, typePassage } from './typist.ts';

const LINES = 14;
const SEED = 11;

/** The language's id, or part of it, of those that are wanted. */
export async function hour(base: Base, rule: RuleWindow, only = ''): Promise<Figures> {
  const figures: Record<string, Figures> = {};
  console.log('| place | what came | written there | sure |');
  console.log('| --- | --- | --- | --- |');
  for (const { languageId, others, file, line } of typedFiles()) {
    if (!languageId.includes(only)) continue;
    const typed = nothingTyped();
    const passage = passageWithin(file, line - 1, LINES, SEED);
    await inSimulatedWindow(base, others, rule, ({ editor }, clock) =>
      typePassage(editor, clock, passage, languageId, typed),
    );
    for (const { ghost, right } of typed.judged) {
      const { at, text, shown } = ghost;
      const written = passage.rest.slice(at.length - passage.prefix.length).slice(0, Math.max(30, text.length));
      const cells = [
        `${languageId}: ${code(`${at.slice(lineStart(at)).trimStart()}|`)}`,
        `${right ? 'right' : 'wrong'} ${code(text)}`,
        right ? '' : code(written),
        shown.completion.confidence.toFixed(2),
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
    const right = typed.judged.filter((each) => each.right).length;
    const { characters, written, keys } = typed;
    const share = written / characters;
    figures[`${languageId} ${file.path}:${line}`] = { right, wrong: typed.judged.length - right, share, keys };
  }
  for (const [name, row] of Object.entries(figures)) console.log(`${name}: ${JSON.stringify(row)}`);
  return figures;
}
