// What a folder tells assistants about commit messages and comments: the parts of its instruction files that name them.

import { sectionsIn } from './labels/extract.ts';

/** What is written: who writes the other is not told its rules. */
export type Written = 'commit message' | 'comment';

const TOPICS: Readonly<Record<Written, RegExp>> = {
  'commit message': /(?<![\w-])commit(?:s|ted|ting)?\b/i,
  comment: /\b(?:(?:doc|code|inline)?[ -]?comments?|doc ?strings?|[jt]sdoc|godoc|rustdoc|doxygen|javadoc)\b/i,
};
const ROOT_FILES = ['.github/copilot-instructions.md'];
const FILES = ['AGENTS.md', 'CLAUDE.md'];
/** Characters of all parts together. */
const MOST = 2000;

/** Where instructions for a path may stand, the nearest folder first. @param path in the folder, '/' separators */
export function instructionPaths(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  const folders = Array.from({ length: names.length + 1 }, (_, i) => names.slice(0, names.length - i).join('/'));
  return [
    ...folders.flatMap((folder) => FILES.map((name) => (folder === '' ? name : `${folder}/${name}`))),
    ...ROOT_FILES,
  ];
}

/** The parts about what is written: whole sections by their heading, elsewhere paragraphs and items. '' for none. */
export function instructionsOn(written: Written, texts: readonly string[]): string {
  const topic = TOPICS[written];
  const parts = new Set(texts.flatMap((text) => partsOf(text, topic)));
  const shown: string[] = [];
  let length = 0;
  for (const part of parts) {
    length += part.length + 1;
    if (length > MOST) break;
    shown.push(part);
  }
  return shown.join('\n');
}

function partsOf(markdown: string, topic: RegExp): string[] {
  const parts: string[] = [];
  /** Depth of the heading whose section is taken whole. */
  let whole = Number.POSITIVE_INFINITY;
  for (const section of sectionsIn(markdown)) {
    const [heading = '', marks] = /^(#{1,6})(?:\s.*)?$/.exec(section.split('\n', 1)[0] ?? '') ?? [];
    const depth = marks?.length;
    if (depth !== undefined && depth <= whole) whole = topic.test(heading) ? depth : Number.POSITIVE_INFINITY;
    const blocks = blocksOf(section.slice(heading.length));
    if (whole === Number.POSITIVE_INFINITY) parts.push(...blocks.filter((block) => topic.test(block)));
    else parts.push(heading, ...blocks);
  }
  return parts;
}

/** Items with the lines that belong to them, paragraphs, fences. */
function blocksOf(section: string): string[] {
  const blocks: string[] = [];
  let block: string[] = [];
  let fence: string | undefined;
  const end = () => {
    if (block.length > 0) blocks.push(block.join('\n'));
    block = [];
  };
  for (const line of section.split('\n')) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined && line.trim() === '') end();
    else {
      if (fence === undefined && /^\s{0,3}(?:[-*+]|\d+[.)])\s/.test(line)) end();
      if (mark !== undefined && (fence === undefined || mark.startsWith(fence)))
        fence = fence === undefined ? mark : undefined;
      block.push(line);
    }
  }
  end();
  return blocks;
}
