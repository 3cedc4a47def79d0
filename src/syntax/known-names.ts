// Whether a text that was written for a folder parses and names only what the folder knows, what comes from packages, or what it makes itself.
import { kindOf, languageIdOf } from '../text/languages.ts';
import { lineState } from '../text/line-state.ts';
import { parserFor } from './grammars.ts';

/** Such a text is short: what takes the parser longer, ms, is not known to be right. */
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
export function namesOf(files: readonly { readonly text: string }[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { text } of files) for (const [name] of text.matchAll(NAME)) names.add(name);
  return names;
}

/**
 * What is wrong with a text; undefined: nothing.
 * @param path that it would have in the folder @param known names of the folder
 */
export async function flawOf(
  { path, text }: { readonly path: string; readonly text: string },
  known: ReadonlySet<string>,
): Promise<string | undefined> {
  const languageId = languageIdOf(path);
  const prose = kindOf(languageId) === 'prose';
  if (!prose) {
    const parser = await parserFor(languageId);
    if (parser === undefined) return 'no grammar knows its language';
    if (parser.errorsIn(text, performance.now() + MOST_MS) !== 0) return 'it does not parse';
  }
  const languages = prose ? [...text.matchAll(FENCED)].map(([, info = '']) => languageIdOf(`a.${info}`)) : [languageId];
  const keywords = await Promise.all(
    languages.map(async (each) => (await parserFor(each))?.keywords ?? new Set<string>()),
  );
  const code = prose ? codeIn(text) : withoutWords(text, languageId);
  const own = namesIn(code, MAKES);
  const foreign = namesIn(text, FOREIGN);
  const members = [...code.matchAll(MEMBER)]
    .filter(([, of = '']) => foreign.has(of))
    .map(([, , member = '']) => member);
  const exists = [known, ...keywords, own, foreign, new Set(members)];
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
