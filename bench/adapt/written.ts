// Code and documentation that the large model wrote for a folder: kept where it parses and names only what the folder knows, or it makes itself.
import type { HarvestedFile } from '../../src/harvest/types.ts';
import { parserFor } from '../../src/syntax/grammars.ts';
import { languageIdOf, languageOf } from '../../src/text/languages.ts';
import { lineState } from '../../src/text/line-state.ts';

/** As a file of the folder that is not there. */
export interface Piece {
  readonly path: string;
  readonly text: string;
}

/** A piece is short: what takes the parser longer, ms, is not kept. */
const MOST_MS = 500;
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
/** What makes a name: a keyword before it, a type or a value behind it, or a list of parameters round it. */
const MAKES: readonly RegExp[] = [
  /\b(?:const|let|var|val|function|class|interface|type|enum|struct|trait|def|func|fn|as)\s+\*?([\p{L}_$][\p{L}\p{N}_$]*)/gu,
  /([\p{L}_$][\p{L}\p{N}_$]*)\??\s*(?::|:?=(?!=))/gu,
  /([\p{L}_$][\p{L}\p{N}_$]*)\s*=>/gu,
  /<([^<>()]*)>\s*\(/gu,
  /\(([^()]*)\)\s*=>/gu,
  /catch\s*\(([^()]*)\)/gu,
];

/** What comes from a package: its names are its own business, and so are theirs. */
const FOREIGN = [/\bimport\s+([^;'"]*?)\s+from\s+['"][^.'"]/gu, /^\s*(?:import|from)\s+([\p{L}_][^'"\n]*)$/gmu];
const MEMBER = /([\p{L}_$][\p{L}\p{N}_$]*)\s*\.\s*([\p{L}_$][\p{L}\p{N}_$]*)/gu;
const FENCED = /^```(\w*)[^\n]*\n([\s\S]*?)^```/gmu;

/** Every name in the files, in code, comments and strings. */
export function namesOf(files: readonly Pick<HarvestedFile, 'text'>[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { text } of files) for (const [name] of text.matchAll(NAME)) names.add(name);
  return names;
}

/** As if the folder held it. */
export function fileOf({ path, text }: Piece): HarvestedFile {
  const languageId = languageIdOf(path);
  const kind = languageOf(languageId).family === 'prose' ? 'prose' : 'code';
  return { path, languageId, kind, text, hash: path, split: 'train', secrets: 0 };
}

/** Why a piece is not kept; undefined: it is. @param known names of the folder */
export async function flawOf({ path, text }: Piece, known: ReadonlySet<string>): Promise<string | undefined> {
  const { languageId, kind } = fileOf({ path, text });
  const prose = kind === 'prose';
  if (!prose) {
    const parser = await parserFor(languageId);
    if (parser === undefined) return 'no grammar knows its language';
    if (parser.errorsIn(text, performance.now() + MOST_MS) !== 0) return 'it does not parse';
  }
  const code = prose ? codeIn(text) : withoutWords(text, languageId);
  const own = namesIn(code, MAKES);
  const foreign = namesIn(text, FOREIGN);
  const members = [...code.matchAll(MEMBER)]
    .filter(([, of = '']) => foreign.has(of))
    .map(([, , member = '']) => member);
  const exists = [known, own, foreign, new Set(members)];
  const unknown = (code.match(NAME) ?? []).find((name) => !exists.some((names) => names.has(name)));
  return unknown === undefined ? undefined : `nothing is called ${unknown}`;
}

function namesIn(text: string, places: readonly RegExp[]): ReadonlySet<string> {
  const lists = places.flatMap((place) => [...text.matchAll(place)].map(([, list = '']) => list));
  return new Set(lists.flatMap((list) => list.match(NAME) ?? []));
}

/** Of documentation: its blocks of code, and what stands in marks between its words. */
function codeIn(text: string): string {
  const blocks = [...text.matchAll(FENCED)].map(([, info = '', code = '']) =>
    withoutWords(code, languageIdOf(`a.${info}`)),
  );
  const spans = [...text.replace(FENCED, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) =>
    withoutWords(span, 'typescript'),
  );
  return [...blocks, ...spans].join('\n');
}

/** Without comments and what stands between quotes. */
function withoutWords(text: string, languageId: string): string {
  const lines = text.split('\n').map((line) => {
    let kept = '';
    for (let i = 0; i < line.length; i++) {
      const state = lineState(languageId, line.slice(0, i + 1));
      if (state === 'comment') break;
      kept += state === 'code' ? line[i] : ' ';
    }
    return kept;
  });
  return lines.join('\n');
}
