// The next edits that the edits of a session suggest: rules learned from them, and the places where they apply.
import { languageIdOf } from '../../text/languages.ts';
import { lineEnd, lineNumber, lineStart } from '../../text/lines.ts';
import { parserFor } from '../../text/syntax/grammars.ts';
import { type IncrementalParser, outerWindow } from '../../text/syntax/incremental-parser.ts';
import {
  type Edit,
  type NextEdit,
  type NextEditsInput,
  positionOf,
  type Replacement,
  type TextFile,
} from '../history/edit.ts';
import { TokenizedText } from '../history/tokens.ts';
import { type FileSites, featuresOf, probabilityOf } from './features.ts';
import { learnRules, type RewriteRule } from './rewrite-rule.ts';
import { anchorOf, type Site, sitesIn } from './sites.ts';

export interface Candidate {
  readonly file: TextFile;
  readonly site: Site;
  /** In the order of the table of features. */
  readonly features: readonly number[];
  /** Whether the user has just made the same change for the second time or more, and hardly anything else with it. */
  readonly isSameAgain: boolean;
}

interface ScoredSite extends Candidate {
  readonly probability: number;
}

/**
 * Estimated probability of being right from which an edit is offered: cross-validated, the lower one costs no precision
 * where the user has just made the same change for the second time (bench/replay/README.md).
 */
const LEAST = 0.7;
const LEAST_AGAIN = 0.35;
/**
 * In the line where the cursor rests. Of the places in the line of the author's next hunk, in five repositories, 0.83 of
 * those with 0.25 to 0.7 were right (136), and 0.61 of those below (70).
 */
const LEAST_HERE = 0.25;
const BUDGET_MS = 40;
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
  const { ms = BUDGET_MS, cursor } = input;
  const isHere = ({ file: { path, text }, site }: ScoredSite) =>
    path === cursor?.path && lineNumber(text, site.start) === cursor.line;
  const leastOf = (scored: ScoredSite) => (isHere(scored) ? LEAST_HERE : scored.isSameAgain ? LEAST_AGAIN : LEAST);
  const likely = scoredSites(input, performance.now() + ms).filter(
    (scored) => scored.probability >= (input.least ?? leastOf(scored)),
  );
  const offered: ScoredSite[] = [];
  let deadline: number | undefined;
  for (const scored of likely.slice(0, MAX_EDITS)) {
    const { file, site } = scored;
    const parser = await parserFor(languageIdOf(file.path), file.path);
    // A grammar that is loaded first takes no time from the others.
    deadline ??= performance.now() + ms;
    if (parser === undefined || parsesNoWorse(parser, file.text, site, deadline)) offered.push(scored);
  }
  return offered.map(({ file: { path, text }, site, probability }) => ({
    path,
    range: { start: positionOf(text, site.start), end: positionOf(text, site.end) },
    removed: text.slice(site.start, site.end),
    replacement: site.replacement,
    rule: ruleName(site.rule),
    place: placeName(site, { path, text }),
    learnedFrom: site.rule.examples,
    left: offered.filter((other) => other.site.rule === site.rule).length,
    probability,
  }));
}

export function ruleName({ key, examples }: RewriteRule): string {
  return `${key}#${examples.length}`;
}

export function placeName({ rule, start, end }: Site, { path, text }: TextFile): string {
  return JSON.stringify([rule.key, path, text.slice(lineStart(text, start), lineEnd(text, end))]);
}

/** Places of all rules with their features. */
export function candidates({ edits, documents, filesWith }: NextEditsInput, deadline: number): readonly Candidate[] {
  const found: Candidate[] = [];
  const texts = new Map<string, TokenizedText>();
  for (const rule of learnRules(edits).slice(0, MAX_RULES)) {
    if (performance.now() > deadline) break;
    const files = sitesOf(rule, edits, documents, filesWith, texts);
    const { placed, isSameAgain } = featuresOf(rule, files, edits);
    found.push(...placed.map((place) => ({ ...place, isSameAgain })));
  }
  return found;
}

/** Places of all rules, most probable first. */
function scoredSites(input: NextEditsInput, deadline: number): ScoredSite[] {
  const { edits, ignored = [] } = input;
  const scored = candidates(input, deadline)
    .filter(({ file, site }) => !ignored.includes(ruleName(site.rule)) && !ignored.includes(placeName(site, file)))
    .map((one) => ({ ...one, probability: probabilityOf(one.features) }));
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
  edits: readonly Edit[],
  documents: readonly TextFile[],
  filesWith: NextEditsInput['filesWith'],
  texts: Map<string, TokenizedText>,
): FileSites[] {
  const word = anchorOf(rule)?.text;
  if (word === undefined) return [];
  const isOpen = new Set(documents.map(({ path }) => path));
  const others = filesWith ? [...filesWith(word)].filter(({ path }) => !isOpen.has(path)) : [];
  return [...documents, ...others].flatMap((file) => {
    const text = texts.get(file.path) ?? new TokenizedText(file.text);
    texts.set(file.path, text);
    const sites = sitesIn(text, rule).filter(
      (site) => !isJustWritten(site, file.path, edits) && !isOtherKindOfName(site, file.text),
    );
    if (sites.length === 0) return [];
    const own = { file, isOpen: isOpen.has(file.path), sites };
    return [{ ...own, near: nearest(own, rule) }];
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
  return ({ start, end, text: replacement }) =>
    parser !== undefined && !parsesNoWorse(parser, text, { start, end, replacement }, performance.now() + PARSE_MS);
}

/** @param deadline of performance.now(), ms; after it the answer is false */
function parsesNoWorse(
  parser: IncrementalParser,
  text: string,
  { start, end, replacement }: { readonly start: number; readonly end: number; readonly replacement: string },
  deadline: number,
): boolean {
  const window = outerWindow(text.slice(0, start), text.slice(end));
  const errorsBefore = parser.errorsIn(window.before + text.slice(start, end) + window.after, deadline);
  if (errorsBefore === undefined) return false;
  const errors = parser.errorsIn(window.before + replacement + window.after, deadline);
  return errors !== undefined && errors <= errorsBefore;
}
