// Repeated blocks: the second, third and fourth copies of a block in held-out files, typed with the product's service.
// A source of its own continues copies (specialist/ngram/template.ts).
import { shuffled } from '../../src/common/statistics/random.ts';
import { confidenceOf } from '../../src/suggest/suggestion.ts';
import type { Base } from '../base/types.ts';
import type { Ghost } from '../common/editor.ts';
import type { PackageFile } from '../common/packages.ts';
import type { SimulatedWindow } from '../common/simulated-window.ts';
import { type Passage, passageWithin } from '../common/typist.ts';
import type { Figures, Keep } from '../figures.ts';
import { kebab, put, Table } from '../print.ts';
import { inSimulatedWindow } from './in-simulated-window.ts';
import type { Material } from './materials.ts';
import { OBJECTIVE_LABELS, objectiveFigures } from './objective.ts';
import { addTyped, multiLineFigures, nothingTyped, type Typed, typePassage } from './typist.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Lines of a block at least, and those typed of it at most. */
const LEAST_LINES = 3;
const MOST_LINES = 8;
/** Words that a copy shares with its source at least. */
const SHARED_WORDS = 0.5;
/** Copies of each ordinal that are typed in each folder. */
const COPIES = 4;
const SEED = 9;
const ORDINALS = ['second', 'third', 'fourth'] as const;
type Ordinal = (typeof ORDINALS)[number];

/** A copy of an earlier block of its file; lines are 0-based. */
export interface RepeatedBlock {
  readonly file: PackageFile;
  readonly from: number;
  readonly lines: number;
  /** The fourth stands for all later ones. */
  readonly ordinal: Ordinal;
}

const WORD = /[\p{L}\p{N}_$]+/gu;
export const shapeOf = (line: string) =>
  line
    .trim()
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '§')
    .replace(WORD, '_')
    .replace(/\s+/g, '');

export function sharedWords(one: string, other: string): { readonly shared: number; readonly all: number } {
  const [a, b] = [one.match(WORD) ?? [], other.match(WORD) ?? []];
  return { shared: a.filter((word, i) => word === b[i]).length, all: a.length };
}

/** Lines from `from` on that are those from `earlier` on up to words, numbers and strings. */
function copiedLines(lines: readonly string[], shapes: readonly string[], earlier: number, from: number): number {
  let [length, shared, all] = [0, 0, 0];
  while (length < MOST_LINES && from + length < lines.length && earlier + length < from) {
    if (shapes[from + length] === '' || shapes[from + length] !== shapes[earlier + length]) break;
    const words = sharedWords(lines[from + length] as string, lines[earlier + length] as string);
    [shared, all] = [shared + words.shared, all + words.all];
    length++;
  }
  return length >= LEAST_LINES && shared >= SHARED_WORDS * all && all >= LEAST_LINES ? length : 0;
}

/** Blocks of at least three lines that earlier blocks of the file equal up to words, numbers and strings. */
export function repeatedBlocks(file: PackageFile): RepeatedBlock[] {
  const lines = file.text.split('\n');
  const shapes = lines.map(shapeOf);
  const found: RepeatedBlock[] = [];
  for (let from = LEAST_LINES; from < lines.length; from++) {
    if (shapes[from] === '') continue;
    let longest = 0;
    let copies = 0;
    for (let earlier = 0; earlier < from; earlier++) {
      const length = shapes[earlier] === shapes[from] ? copiedLines(lines, shapes, earlier, from) : 0;
      if (length === 0) continue;
      longest = Math.max(longest, length);
      copies++;
      earlier += length - 1;
    }
    if (longest === 0) continue;
    found.push({ file, from, lines: longest, ordinal: ORDINALS[Math.min(copies, ORDINALS.length) - 1] as Ordinal });
    from += longest - 1;
  }
  return found;
}

/** A seeded choice of a folder's repeated blocks, as passages that are typed at the end of their file so far. */
function passages(held: readonly PackageFile[], copies: number): { ordinal: Ordinal; passage: Passage }[] {
  const blocks = held.flatMap(repeatedBlocks);
  return ORDINALS.flatMap((ordinal) => {
    const own = blocks.filter((block) => block.ordinal === ordinal);
    return shuffled(own.length, SEED)
      .slice(0, copies)
      .map((index) => {
        const { file, from, lines } = own[index] as RepeatedBlock;
        const { below: _, ...passage } = passageWithin(file, from, lines, SEED + index);
        return { ordinal, passage };
      });
  });
}

const probabilityOf = ({ shown }: Ghost) => confidenceOf(shown.completion);

function figuresOf(typed: Typed): Figures {
  const { judged, characters } = typed;
  const shows = Math.max(1, judged.length);
  return {
    ...objectiveFigures(typed),
    'shown-probability-mean': judged.reduce((sum, { ghost }) => sum + probabilityOf(ghost), 0) / shows,
    ...multiLineFigures(judged),
    shows: judged.length,
    characters,
  };
}

/** Types the copies in each folder. */
export async function repeat(
  { base, alone }: { readonly base: Base; readonly alone: boolean },
  folders: readonly Material[],
  copies = COPIES,
  keep: Keep = () => {},
): Promise<Figures> {
  const figures: Record<string, Figures> = {};
  const table = new Table({
    ...OBJECTIVE_LABELS,
    'shown-probability-mean': 'said',
    'multi-line-share': 'multi',
  });
  const all = { second: nothingTyped(), third: nothingTyped(), fourth: nothingTyped(), all: nothingTyped() };
  const show = (names: readonly string[], typed: Typed) => {
    const row = figuresOf(typed);
    table.row(names.join(': '), row);
    put(figures, names, row);
  };
  for (const { name: folder, languageId, held, others } of folders) {
    const inFolder = nothingTyped();
    const type = async ({ editor }: SimulatedWindow, clock: VirtualClock) => {
      for (const { ordinal, passage } of passages(held, copies)) {
        const typed = nothingTyped();
        await typePassage(editor, clock, passage, languageId, typed);
        addTyped(inFolder, typed);
        for (const key of [ordinal, 'all'] as const) addTyped(all[key], typed);
      }
    };
    await inSimulatedWindow(base, others, {}, type, alone);
    show([folder], inFolder);
    keep(kebab(figures));
  }
  for (const ordinal of [...ORDINALS, 'all'] as const) show(['all', ordinal], all[ordinal]);
  return kebab(figures);
}
