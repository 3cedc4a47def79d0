// Whether the names that a drafted line uses exist: by the document's syntax tree, the names that every document has,
// and the folder's other files.
import type { CompletionQuery, Draft } from '../../common/completion.ts';
import { unfinishedName } from '../../text/begun-names.ts';
import { isFenced } from '../../text/fences.ts';
import { lineState } from '../../text/line-state.ts';
import { lineBefore } from '../../text/lines.ts';
import { type CursorDocument, cursorDocument } from '../../text/syntax/cursor-document.ts';
import { type IncrementalParser, PARSE_MS } from '../../text/syntax/incremental-parser.ts';
import { type Declared, declarationOf, hasWildcardImport, knowsNames, namesUsed } from '../../text/syntax/names.ts';
import { cutOf } from '../../text/windows.ts';
import { type FolderNames, isGlobal } from './folder-names.ts';

/** 'does not exist' is nearly never wrong; without enough knowledge a name is 'unknown'. */
export type NameVerdict = 'exists' | 'does not exist' | 'unknown';

export interface CheckedName {
  readonly name: string;
  readonly verdict: NameVerdict;
  /** It is used as a type. */
  readonly isType?: true;
  /** A file of the folder exports it, and the document does not import it. */
  readonly canBeImported?: true;
}

/** Names of a query that are looked for in other files. Further ones are unknown. */
const MOST_LOOK_UPS = 6;

/** Checks the names of lines at one cursor. */
export class NameCheck {
  private readonly query: CompletionQuery;
  private readonly parser: IncrementalParser;
  private readonly folder: FolderNames;
  private readonly parseMs: number;
  private lookUps = 0;
  private readonly spot: CursorDocument;
  private readonly begun: string;
  /** The document's text outside of what is parsed. */
  private readonly outside: string;
  /** No name is checked: the language has no table, or the names of the document are not all in its text. */
  private readonly isUnchecked: boolean;
  /** The open document, if the query may be a part of it. */
  private readonly document: string | undefined;
  private readonly isCut: boolean;
  private readonly lines = new Map<string, readonly CheckedName[]>();

  /** @param document the whole open document, if it is known */
  constructor(
    query: CompletionQuery,
    parser: IncrementalParser,
    folder: FolderNames,
    document?: string,
    parseMs = PARSE_MS,
  ) {
    const { path, prefix, suffix, languageId } = query;
    this.query = query;
    this.parser = parser;
    this.folder = folder;
    this.parseMs = parseMs;
    this.spot = cursorDocument(query);
    this.begun = unfinishedName(prefix);
    const cut = cutOf(query);
    this.isCut = cut.start || cut.end;
    this.document = document;
    const below = this.spot.withText('').length - this.spot.at;
    this.outside = `${prefix.slice(0, prefix.length - this.spot.at)}\n${suffix.slice(below)}`;
    this.isUnchecked =
      !knowsNames(languageId) || isFenced(path, languageId) || hasWildcardImport(languageId, prefix + suffix);
  }

  /** The names that the draft's first line uses; a name that is begun before the cursor is one of them. */
  check(draft: string): readonly CheckedName[] {
    const { spot, parser, begun } = this;
    const { languageId } = this.query;
    if (this.isUnchecked || lineState(languageId, lineBefore(this.query.prefix)) !== 'code') return [];
    const text = (draft.split('\n', 1)[0] as string).trimEnd();
    const known = this.lines.get(text);
    if (known) return known;
    const document = spot.withText(text);
    const range = { from: spot.at - begun.length, to: spot.at + text.length };
    const deadline = performance.now() + this.parseMs;
    const names = parser.read(document, deadline, (root) =>
      namesUsed(root, document, range.from, range.to, languageId).map((used): CheckedName => {
        const { name, isType } = used;
        const declared = declarationOf(root, document, used, range, languageId);
        return { name, ...(isType && { isType }), ...this.verdictOf(name, declared) };
      }),
    );
    this.lines.set(text, names ?? []);
    return names ?? [];
  }

  private verdictOf(name: string, declared: Declared): Omit<CheckedName, 'name'> {
    if (declared === 'in reach' || declared === 'used') return { verdict: 'exists' };
    if (declared === 'unclear') return { verdict: 'unknown' };
    return this.outsideVerdict(name, declared);
  }

  private outsideVerdict(name: string, declared: 'absent' | 'elsewhere'): Omit<CheckedName, 'name'> {
    const { path, languageId } = this.query;
    if (isGlobal(languageId, name) || hasWord(this.outside, name)) return { verdict: 'exists' };
    const mayBeCutAway = this.isCut && (this.document === undefined || hasWord(this.document, name));
    if (mayBeCutAway || ++this.lookUps > MOST_LOOK_UPS) return { verdict: 'unknown' };
    const found = this.folder.lookUp(name, path, languageId);
    if (found === 'exported') return { verdict: 'unknown', canBeImported: true };
    if (found === 'shared') return { verdict: 'unknown' };
    if (declared === 'elsewhere' || found === 'declared') return { verdict: 'does not exist' };
    // A type of a library, or a class of the language, has an initial capital.
    return { verdict: found === 'absent' && /^[\p{Ll}_$]/u.test(name) ? 'does not exist' : 'unknown' };
  }
}

/** Whether the line uses a name that does not exist. @param names absent: no name is checked */
export function hasMissingName(line: string, names: NameCheck | undefined): boolean {
  return names?.check(line).some(({ verdict }) => verdict === 'does not exist') === true;
}

/** The draft with what is known of its names. */
export function withCheckedNames<T extends Pick<Draft, 'text'>>(draft: T, names: NameCheck | undefined): T {
  const checked = draft.text === '' ? [] : (names?.check(draft.text) ?? []);
  const missing = checked.filter(({ verdict }) => verdict === 'does not exist');
  const importable = checked.filter(({ canBeImported }) => canBeImported);
  const of = (list: readonly CheckedName[]) => [...new Set(list.map(({ name }) => name))];
  return {
    ...draft,
    ...(missing.length > 0 && { missingNames: of(missing) }),
    ...(importable.length > 0 && { importableNames: of(importable) }),
    ...(checked.length > 0 && checked.every(({ verdict }) => verdict === 'exists') && { namesExist: true as const }),
  };
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before = ' ', after = ' '] = [text[at - 1], text[at + word.length]];
    if (!/[\p{L}\p{N}_$]/u.test(before) && !/[\p{L}\p{N}_$]/u.test(after)) return true;
  }
  return false;
}
