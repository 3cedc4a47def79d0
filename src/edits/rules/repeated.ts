// The next edits that the edits of a session suggest: rules learned from them, and the places where they apply.
import { isSure } from '../../routing/decide.ts';
import { leastOfEdit } from '../../routing/limits.ts';
import { languageIdOf } from '../../text/languages.ts';
import { lineNumber } from '../../text/lines.ts';
import { parserFor } from '../../text/syntax/grammars.ts';
import { type IncrementalParser, outerWindow } from '../../text/syntax/incremental-parser.ts';
import {
  type Edit,
  type NextEdit,
  nextEdit,
  placeOf,
  type Replacement,
  type TextFile,
  type UnsurePlaces,
} from '../history/edit.ts';
import { TokenizedText } from '../history/tokens.ts';
import { type FileSites, featuresOf, probabilityOf } from './features.ts';
import { isElsewhere } from './owner.ts';
import { learnRules, type RewriteRule } from './rewrite-rule.ts';
import { anchorOf, type Site, sitesIn } from './sites.ts';

export interface CursorLine {
  readonly path: string;
  /** From 0. */
  readonly line: number;
}

export interface NextEditsInput {
  /** The journal's recent edits, oldest first. */
  readonly edits: readonly Edit[];
  /** Open documents. */
  readonly documents: readonly TextFile[];
  /** The line where the cursor rests: what the user looks at is likelier to be changed. Absent: it is not known. */
  readonly cursor?: CursorLine | undefined;
  /** Lines with an error since the user's last changes: what repeats one of them there is likelier to be right. */
  readonly errors?: readonly CursorLine[];
  /** The folder's other files that contain a word. Absent: only open documents are read. */
  readonly filesWith?: (word: string) => Iterable<TextFile>;
  /** Rules and places, as in `NextEdit`, that were shown and not followed. */
  readonly ignored?: readonly string[];
  /** Places without a probability of at least this are left out. Absent: see `leastOfEdit`. */
  readonly least?: number;
  /** Time for the search, and again for parsing, ms. */
  readonly ms?: number | undefined;
}

export interface Candidate {
  readonly file: TextFile;
  readonly site: Site;
  /** In the order of the table of features. */
  readonly features: readonly number[];
  /** Whether the user has just made the same change for the second time or more, and hardly anything else with it. */
  readonly isSameAgain: boolean;
  /** Whether it has another owner than the examples. */
  readonly isElsewhere: boolean;
  /** Paths of the rule's places with such an owner, a path for each place. */
  readonly paths: readonly string[];
}

interface ScoredSite extends Candidate {
  readonly probability: number;
  readonly least: number;
}

const BUDGET_MS = 40;
/** With another owner than the examples' only a place in the cursor's line may be likely enough. */
const ELSEWHERE = 0.3;
/** Time to parse for one edit of a large model, ms: the user does not wait for it. */
const PARSE_MS = 1000;
const MAX_RULES = 16;
/** Places of a rule in one file that are looked at. */
const MAX_OPEN_SITES = 30;
const MAX_CLOSED_SITES = 3;
/** Edits that are checked and returned. */
const MAX_EDITS = 100;

/** Most probable first; of equally probable ones, the next below the last edit. */
export async function nextEdits(input: NextEditsInput): Promise<NextEdit[]> {
  const { ms = BUDGET_MS } = input;
  const likely = scoredSites(input, performance.now() + ms).filter(isSure);
  const offered: ScoredSite[] = [];
  let deadline: number | undefined;
  for (const scored of likely.slice(0, MAX_EDITS)) {
    const { file, site } = scored;
    const parser = await parserFor(languageIdOf(file.path), file.path);
    // A grammar that is loaded first takes no time from the others.
    deadline ??= performance.now() + ms;
    if (parser === undefined || parsesNoWorse(parser, file.text, changeOf(site), deadline)) offered.push(scored);
  }
  return offered.map(({ file, site, probability, least, paths }) => {
    const alike = offered.filter((other) => other.site.rule === site.rule).map((other) => other.file.path);
    return nextEdit(file, changeOf(site), {
      origin: { kind: 'repeats' },
      rule: ruleName(site.rule),
      learnedFrom: site.rule.examples,
      left: alike.length,
      unsure: unsurePlaces(paths, alike),
      probability,
      least,
    });
  });
}

/** @param paths of all places @param offered of the offered ones; each has a path for each place */
function unsurePlaces(paths: readonly string[], offered: readonly string[]): UnsurePlaces {
  const count = (list: readonly string[], path: string) => list.filter((each) => each === path).length;
  return {
    count: Math.max(0, paths.length - offered.length),
    paths: [...new Set(paths)].filter((path) => count(paths, path) > count(offered, path)),
  };
}

function ruleName({ key, examples }: RewriteRule): string {
  return `${key}#${examples.length}`;
}

function changeOf({ start, end, replacement }: Site): Replacement {
  return { start, end, text: replacement };
}

/** Places of all rules with their features. */
export function candidates(input: NextEditsInput, deadline: number): readonly Candidate[] {
  const { edits, documents } = input;
  const found: Candidate[] = [];
  const texts = new Map<string, TokenizedText>();
  for (const rule of learnRules(edits).slice(0, MAX_RULES)) {
    if (performance.now() > deadline) break;
    const files = sitesOf(rule, input, texts);
    const isForeign = isElsewhere(rule, documents);
    const parts = files.flatMap((each) =>
      [...Map.groupBy(each.sites, (site) => isForeign(site, each.file))].map(([isElse, sites]) => ({
        isElse,
        part: { ...each, sites, near: nearest({ ...each, sites }, rule) },
      })),
    );
    for (const [isElse, same] of Map.groupBy(parts, (each) => each.isElse)) {
      const own = same.map(({ part }) => part);
      const { placed, isSameAgain } = featuresOf(rule, own, edits);
      const paths = own.flatMap(({ file, sites }) => sites.map(() => file.path));
      found.push(...placed.map((place) => ({ ...place, isSameAgain, isElsewhere: isElse, paths })));
    }
  }
  return found;
}

/** Places of all rules, most probable first. */
function scoredSites(input: NextEditsInput, deadline: number): ScoredSite[] {
  const { edits, ignored = [], cursor, errors = [] } = input;
  const lines = cursor ? [cursor, ...errors] : errors;
  const scored = candidates(input, deadline)
    .filter(
      ({ file, site }) => ![ruleName(site.rule), placeOf(file, changeOf(site))].some((id) => ignored.includes(id)),
    )
    .map((one) => ({
      ...one,
      probability: probabilityOf(one.features) * (one.isElsewhere ? ELSEWHERE : 1),
      least:
        input.least ??
        leastOfEdit({ kind: 'repeats', isHere: isInLine(lines, one.file, one.site), isAgain: one.isSameAgain }),
    }));
  const last = edits.at(-1);
  // Further from the last edit comes later; what lies above it comes after what lies below it.
  const distance = ({ file, site }: ScoredSite) => {
    if (last === undefined || file.path !== last.path || last.at < 0) return Number.MAX_SAFE_INTEGER;
    return site.start >= last.at ? site.start - last.at : file.text.length + last.at - site.start;
  };
  scored.sort((a, b) => b.probability - a.probability || distance(a) - distance(b));
  return withoutOverlaps(scored);
}

function sitesOf(
  rule: RewriteRule,
  { edits, documents, filesWith, errors = [] }: NextEditsInput,
  texts: Map<string, TokenizedText>,
): Omit<FileSites, 'near'>[] {
  const word = anchorOf(rule)?.text;
  if (word === undefined) return [];
  const isOpen = new Set(documents.map(({ path }) => path));
  const others = filesWith ? [...filesWith(word)].filter(({ path }) => !isOpen.has(path)) : [];
  return [...documents, ...others].flatMap((file) => {
    const text = texts.get(file.path) ?? new TokenizedText(file.text);
    texts.set(file.path, text);
    const sites = sitesIn(text, rule).filter(
      (site) =>
        !isJustWritten(site, file.path, edits) &&
        // A name that does not compile any more was renamed, whatever stands before it.
        (isInLine(errors, file, site) || !isOtherKindOfName(site, file.text)),
    );
    return sites.length === 0 ? [] : [{ file, isOpen: isOpen.has(file.path), sites }];
  });
}

/** The places of a file nearest to the newest example; in a closed file, or one without it, the first ones. */
function nearest(
  { file, isOpen, sites }: Omit<FileSites, 'near'>,
  { examples: [newest] }: RewriteRule,
): readonly Site[] {
  const isHere = newest?.path === file.path && newest.at >= 0;
  const from = (site: Site) => Math.abs(site.start - (newest?.at ?? 0));
  const sorted = isHere ? [...sites].sort((a, b) => from(a) - from(b)) : sites;
  return sorted.slice(0, isOpen ? MAX_OPEN_SITES : MAX_CLOSED_SITES);
}

function isInLine(lines: readonly CursorLine[], { path, text }: TextFile, { start }: Site): boolean {
  if (lines.every((each) => each.path !== path)) return false;
  const line = lineNumber(text, start);
  return lines.some((each) => each.path === path && each.line === line);
}

/** Whether a name would be replaced that is an attribute where the examples' is none, or the other way round. */
function isOtherKindOfName({ rule: { removed, inserted, examples }, start }: Site, text: string): boolean {
  if (removed.length !== 1 || inserted.length !== 1 || removed[0]?.kind !== 'word') return false;
  const isAttribute = (left: string) => /[\w)\]?]\.\s*$/.test(left);
  const here = isAttribute(text.slice(Math.max(0, start - 80), start));
  return examples.every(({ left }) => isAttribute(left) !== here);
}

/** Whether the place is in a text that the user has just written. */
function isJustWritten({ start, end }: Site, path: string, edits: readonly Edit[]): boolean {
  return edits.some((edit) => {
    if (edit.path !== path || edit.at < 0) return false;
    const to = edit.at + edit.inserted.length;
    return start === end ? start >= edit.at && start <= to : start < to && end > edit.at;
  });
}

/** Of places that overlap, the most probable one. */
function withoutOverlaps(scored: readonly ScoredSite[]): ScoredSite[] {
  const taken = new Map<string, ScoredSite[]>();
  return scored.filter((one) => {
    const others = taken.get(one.file.path) ?? [];
    const { start, end } = one.site;
    if (others.some(({ site }) => start <= site.end && end >= site.start)) return false;
    taken.set(one.file.path, [...others, one]);
    return true;
  });
}

/** Whether a change of a file leaves more syntax errors there. Without a grammar, or in time, none is known of. */
export async function breaksIn({ path, text }: TextFile): Promise<(change: Replacement) => boolean> {
  const parser = await parserFor(languageIdOf(path), path);
  return (change) => parser !== undefined && !parsesNoWorse(parser, text, change, performance.now() + PARSE_MS);
}

/** @param deadline of performance.now(), ms; after it the answer is false */
function parsesNoWorse(parser: IncrementalParser, text: string, change: Replacement, deadline: number): boolean {
  const { start, end, text: replacement } = change;
  const window = outerWindow(text.slice(0, start), text.slice(end));
  const errorsBefore = parser.errorsIn(window.before + text.slice(start, end) + window.after, deadline);
  if (errorsBefore === undefined) return false;
  const errors = parser.errorsIn(window.before + replacement + window.after, deadline);
  return errors !== undefined && errors <= errorsBefore;
}
