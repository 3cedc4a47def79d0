// What a list of the members behind a dot could bring: the product's drafts at recorded cursors, with the names that
// TypeScript's checker lists there as a filter and as candidates.
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import type { CompletionQuery, Draft } from '../../src/common/completion.ts';
import { quantile } from '../../src/common/quality.ts';
import { draftOptions, shownDraft } from '../../src/prompts/completion/completion-position.ts';
import { cutsOf } from '../../src/prompts/completion/cuts.ts';
import { isBeginning, judge } from '../../src/prompts/completion/judge.ts';
import type { CompletionPosition } from '../../src/prompts/completion/types.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import { scoreCuts } from '../../src/routing/fit.ts';
import { positionFactsOf } from '../../src/routing/position-facts.ts';
import { bestCut } from '../../src/routing/show.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { commonPrefix } from '../../src/text/edits.ts';
import { lineState } from '../../src/text/line-state.ts';
import { lineBefore } from '../../src/text/lines.ts';
import type { CheckedName } from '../../src/workspace/symbols/check-names.ts';
import { sample } from '../base/prepare.ts';
import { askedAt, type RecordedPosition, readRecordings } from '../common/recordings.ts';
import { shippedTokenizer, shippedTokenizerPath } from '../common/shipped.ts';
import { keyless } from '../common/simulated-window.ts';
import type { Figures } from '../figures.ts';
import { printFigures } from '../print.ts';
import { type CheckMembers, MemberSpecialist } from './member-specialist.ts';
import { TypeScriptMembers } from './typescript-members.ts';

/** A member that a line names: offset of the name in the line. */
interface Access {
  readonly at: number;
  readonly name: string;
  /** The names before the dot: 'this', 'a.b'; '' behind a call. */
  readonly receiver: string;
}

interface Answer {
  readonly place: Place;
  readonly draft: Draft;
  /** Offset in the line of its first member that does not exist. */
  readonly missingAt: number | undefined;
}

/** Members that compete at a dot. */
const MOST_NAMES = 150;
/** Dots of a line at which they compete. */
const MOST_DOTS = 3;
const ACCESS = /(?<=[\w$)\]!?>}]\s*)\.\s*([A-Za-z_$][\w$]*)/g;

/** By variant: the answers at all places. */
type Answers = Map<string, Answer[]>;

export async function members(
  recordings: string | undefined,
  places: number | undefined,
  base: string,
): Promise<Figures> {
  const answers = new Map<string, Answers>();
  const ceilings = new Map<string, Ceiling>();
  const latencies: number[] = [];
  for (const recording of readRecordings(recordings, ['public', 'renamed'])) {
    const { kind, others } = recording;
    const checker = await TypeScriptMembers.open(recording);
    const ngram = NgramModel.build(others, shippedTokenizer());
    const specialist = await MemberSpecialist.load(join(root, 'models', base), shippedTokenizerPath, () => ngram);
    const ofKind = answers.get(kind) ?? (new Map() as Answers);
    answers.set(kind, ofKind);
    const ceiling = ceilings.get(kind) ?? new Ceiling();
    ceilings.set(kind, ceiling);
    for (const position of sample(recording.places, places)) {
      const place = new Place(position, checker, latencies);
      const drafts = await draftsAt(specialist, place);
      for (const [variant, draft] of Object.entries(drafts)) {
        const filter = variant in FILTERS ? (variant as Filter) : 'filtered';
        const answer = { place, draft, missingAt: await place.missingAt(draft.text, filter) };
        ofKind.set(variant, [...(ofKind.get(variant) ?? []), answer]);
      }
      await ceiling.count(specialist, place, drafts.shipped);
    }
    await checker.close();
    await specialist.dispose();
  }
  const figures = {
    ...Object.fromEntries(
      [...answers].map(([kind, variants]) => [
        kind,
        {
          ...Object.fromEntries([...variants].map(([variant, list]) => [variant, figuresOf(list)])),
          places: Object.fromEntries((ceilings.get(kind) as Ceiling).counts),
        },
      ]),
    ),
    'list-p50-ms': quantile(latencies, 0.5),
    'list-p95-ms': quantile(latencies, 0.95),
  };
  printFigures(base, figures);
  return figures;
}

/** Which members are checked; the product could know each kind by another source. */
const FILTERS = {
  filtered: () => true,
  'filtered at the cursor': ({ at }: Access) => at <= 0,
  'filtered of receivers in the document': ({ at, receiver }: Access, { position: { prefix, suffix } }: Place) =>
    at <= 0 || (receiver !== '' && `${prefix}${suffix}`.includes(`${receiver}.`)),
  'filtered of this': ({ receiver }: Access) => receiver === 'this',
} satisfies Record<string, (access: Access, place: Place) => boolean>;
type Filter = keyof typeof FILTERS;
type Variant = Filter | 'shipped' | 'replaced' | 'competing';

/**
 * Of the same candidates, one with a member that does not exist falls behind. 'replaced': the likeliest listed member
 * stands in the place of one that does not exist. 'competing': all listed members compete at each dot.
 */
async function draftsAt(specialist: MemberSpecialist, place: Place): Promise<Record<Variant, Draft>> {
  const { asked } = place;
  const checks = Object.fromEntries(
    Object.keys(FILTERS).map((filter) => [filter, (line: string) => place.check(line, filter as Filter)]),
  ) as Record<Filter, CheckMembers>;
  const drafts = await specialist.drafts(asked.query, draftOptions(asked), checks);
  const all = {
    ...drafts,
    replaced: await competing(specialist, place, drafts.shipped, true),
    competing: await competing(specialist, place, drafts.filtered),
  };
  return Object.fromEntries(
    Object.entries(all).map(([variant, draft]) => [variant, shownDraft(draft, asked)]),
  ) as Record<Variant, Draft>;
}

/** A recorded cursor with what the checker knows there. */
class Place {
  readonly position: RecordedPosition;
  readonly asked: CompletionPosition;
  private readonly checker: TypeScriptMembers;
  private readonly latencies: number[];
  private readonly known = new Map<string, ReadonlySet<string> | undefined>();

  constructor(position: RecordedPosition, checker: TypeScriptMembers, latencies: number[]) {
    this.position = position;
    this.asked = askedAt(position);
    this.checker = checker;
    this.latencies = latencies;
  }

  /** The member that is begun before the cursor; '' behind a dot. Undefined: none is. */
  get begun(): string | undefined {
    return /[\w$)\]!?>}]\s*\.\s*([\w$]*)$/.exec(this.position.prefix.slice(-200))?.[1];
  }

  /** The members that a line of code names, also the begun one. */
  accesses(line: string): Access[] {
    const { prefix } = this.position;
    const before = prefix.slice(-200);
    const text = before + line;
    const isCode = (end: number) =>
      lineState('typescript', lineBefore(prefix) + line.slice(0, Math.max(0, end))) === 'code';
    return [...text.matchAll(ACCESS)].flatMap((match) => {
      const name = match[1] as string;
      const at = match.index + match[0].length - name.length - before.length;
      const receiver = /(?:[\w$]+[?!]?\.)*[\w$]+$/.exec(text.slice(0, match.index))?.[0] ?? '';
      return at + name.length > 0 && isCode(at) ? [{ at, name, receiver }] : [];
    });
  }

  /** The members behind the line's first `at` characters; a negative number is before the cursor. */
  async list(line: string, at: number): Promise<ReadonlySet<string> | undefined> {
    const { path, prefix, suffix } = this.position;
    const key = `${at} ${line.slice(0, Math.max(0, at))}`;
    if (this.known.has(key)) return this.known.get(key);
    const started = performance.now();
    const text = `${prefix}${line}${suffix}`;
    const found = await this.checker.at(path, text, prefix.length + at);
    this.latencies.push(performance.now() - started);
    this.known.set(key, found);
    return found;
  }

  async check(line: string, filter: Filter = 'filtered'): Promise<readonly CheckedName[]> {
    const names: CheckedName[] = [];
    for (const access of this.accesses(line)) {
      const { at, name } = access;
      const list = FILTERS[filter](access, this) ? await this.list(line, at) : undefined;
      names.push({ name, verdict: list === undefined ? 'unknown' : list.has(name) ? 'exists' : 'does not exist' });
    }
    return names;
  }

  async missingAt(line: string, filter: Filter = 'filtered'): Promise<number | undefined> {
    const checked = await this.check(line, filter);
    const missing = checked.findIndex(({ verdict }) => verdict === 'does not exist');
    return this.accesses(line)[missing]?.at;
  }

  /** The query behind the line's first `at` characters. */
  queryAt(line: string, at: number): CompletionQuery {
    const { query } = this.asked;
    const { prefix } = query;
    return { ...query, prefix: at < 0 ? prefix.slice(0, prefix.length + at) : prefix + line.slice(0, at) };
  }
}

/**
 * At each dot of the line the most probable of the members that exist, with the line drafted again behind another one.
 * @param wantsOnlyMissing a member that exists stays
 */
async function competing(
  specialist: MemberSpecialist,
  place: Place,
  draft: Draft,
  wantsOnlyMissing = false,
): Promise<Draft> {
  let line = draft;
  for (let dot = 0; dot < MOST_DOTS; dot++) {
    const access =
      place.accesses(line.text)[dot] ??
      (dot === 0 && place.begun === '' ? { at: 0, name: '', receiver: '' } : undefined);
    if (access === undefined) break;
    const list = await place.list(line.text, access.at);
    if (list === undefined || (wantsOnlyMissing && list.has(access.name))) continue;
    const typed = access.at < 0 ? place.position.prefix.slice(access.at) : '';
    const fits = [...list].filter((name) => name.startsWith(typed)).slice(0, MOST_NAMES);
    if (fits.length === 0) continue;
    const p = await wholeProbabilities(specialist, place.queryAt(line.text, access.at), fits);
    const best = p.indexOf(Math.max(...p));
    const name = fits[best] as string;
    if (name === access.name) continue;
    const total = p.reduce((sum, each) => sum + each, 0);
    line = await draftBehind(specialist, place, line, access.at, name, (p[best] as number) / total);
  }
  return line;
}

/** Without the probability that another member goes on behind the name. */
async function wholeProbabilities(
  specialist: MemberSpecialist,
  query: CompletionQuery,
  names: readonly string[],
): Promise<number[]> {
  const p = await specialist.probabilities(query, names);
  return p.map((own, i) => {
    const name = names[i] as string;
    const longer = names.map((other, j) => (other !== name && other.startsWith(name) ? (p[j] as number) : 0));
    return Math.max(0, own - longer.reduce((sum, each) => sum + each, 0));
  });
}

/** The line up to a member, that member, and what the specialist drafts behind it. */
async function draftBehind(
  specialist: MemberSpecialist,
  place: Place,
  line: Draft,
  at: number,
  name: string,
  p: number,
): Promise<Draft> {
  const head = line.text.slice(0, Math.max(0, at)) + name.slice(Math.max(0, -at));
  const { asked } = place;
  const query = { ...asked.query, prefix: asked.query.prefix + head };
  const check = (rest: string) => place.check(head + rest);
  const { checked } = await specialist.drafts(query, draftOptions(asked), { checked: check });
  const tokens = tokensUntil(line, Math.max(0, at));
  const own = { probability: p, margin: p, entropy: 0, matchLength: 0, count: 0, tier: 'project' as const };
  return {
    ...checked,
    text: (head + checked.text).trimEnd(),
    tokens: [...tokens, { ...own, text: head.slice(Math.max(0, at)) }, ...checked.tokens],
  };
}

function tokensUntil({ text, tokens }: Draft, at: number): Draft['tokens'] {
  const start = tokens
    .map((token) => token.text)
    .join('')
    .indexOf(text);
  let end = -Math.max(0, start);
  return tokens.flatMap((token) => {
    const from = end;
    end += token.text.length;
    if (from >= at) return [];
    return [end <= at ? token : { ...token, text: token.text.slice(0, at - from) }];
  });
}

/** What a perfect choice among the members could change. */
class Ceiling {
  readonly counts = new Map<string, number>();

  async count(specialist: MemberSpecialist, place: Place, draft: Draft): Promise<void> {
    const { text } = draft;
    const { truth, prefix } = place.position;
    this.add('all');
    const ofTruth = place.accesses(truth);
    if (ofTruth.length > 0) this.add('the line names a member');
    if (judge(text, truth).right) return;
    this.add('wrong');
    if ((await place.missingAt(text)) !== undefined) this.add('wrong, with a member that does not exist');
    const same = commonPrefix(text, truth);
    const access = ofTruth.find(({ at, name }) => at <= same && same <= at + name.length);
    const drafted = place.accesses(text).find(({ at }) => at === access?.at);
    if (access === undefined || drafted?.name === access.name) return;
    this.add('leaves the truth at a member');
    const list = await place.list(truth, access.at);
    if (list === undefined) return this.add('leaves it where nothing is listed');
    if (!list.has(access.name)) return this.add('leaves it where the truth is not listed');
    if (drafted !== undefined)
      this.add(`leaves it to a member that ${list.has(drafted.name) ? 'exists' : 'does not exist'}`);
    const typed = access.at < 0 ? prefix.slice(access.at) : '';
    const fits = [...list].filter((name) => name.startsWith(typed)).slice(0, MOST_NAMES);
    const p = await wholeProbabilities(specialist, place.queryAt(truth, access.at), fits);
    const own = p[fits.indexOf(access.name)] ?? 0;
    const rank = p.filter((each) => each > own).length;
    if (rank === 0) this.add('the true member is the likeliest listed one');
    if (rank < 3) this.add('the true member is among the three likeliest');
    const line = { ...draft, text: truth.slice(0, Math.max(0, access.at)) };
    const forced = await draftBehind(specialist, place, line, access.at, access.name, 1);
    if (judge(shownDraft(forced, place.asked).text, truth).right) this.add('right with the true member');
  }

  private add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

const ROUTER = defaultRouter();

function figuresOf(answers: readonly Answer[]): Figures {
  const right = answers.filter(({ draft, place }) => judge(draft.text, place.position.truth).right).length;
  const shown = answers.map((answer) => shownOf(answer, false));
  const held = answers.map((answer) => shownOf(answer, true));
  return {
    right,
    'exact-match': right / answers.length,
    missing: answers.filter(({ missingAt }) => missingAt !== undefined).length,
    shows: showFigures(answers, shown),
    'shows-without-missing': showFigures(answers, held),
  };
}

function showFigures(answers: readonly Answer[], shown: readonly string[]): Figures {
  const rows = shown
    .map((text, i) => ({ text, truth: (answers[i] as Answer).place.position.truth }))
    .filter(({ text }) => text !== '');
  const right = rows.filter(({ text, truth }) => isBeginning(text, truth) || judge(text, truth).right);
  return {
    right: right.length,
    wrong: rows.length - right.length,
    characters: right.reduce((sum, { text }) => sum + text.trim().length, 0),
  };
}

/** @param without cuts with a member that does not exist are not shown */
function shownOf({ draft, place: { asked }, missingAt }: Answer, without: boolean): string {
  if (draft.text === '') return '';
  const cuts = cutsOf(draft, asked).filter(
    ({ text }) => !without || missingAt === undefined || text.length <= missingAt,
  );
  const scored = scoreCuts(ROUTER, cuts, positionFactsOf(asked.query));
  return bestCut(scored, { threshold: keyless.showThreshold })?.text ?? '';
}
