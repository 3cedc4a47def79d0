// Lines of a base with the n-grams at recorded cursors, as the product serves both: at a new prompt, and one key later.
import { unwrap } from '../../src/common/errors.ts';
import type { PackageInfo } from '../../src/neural/models/list.ts';
import { draftOptions, shownDraft } from '../../src/prompts/completion/completion-position.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import { listBases } from '../base/bases.ts';
import { type Cursor, cursorsOf } from '../base/cursors.ts';
import { preparer } from '../base/prepare.ts';
import { source } from '../base/specialist.ts';
import type { Base } from '../base/types.ts';
import { spread, withEngines } from '../common/engines.ts';
import { type Line, lineFigures, lineOf } from '../common/line-figures.ts';
import { askedAt, readRecordings } from '../common/recordings.ts';
import type { Figures } from '../figures.ts';

export interface OwnBase {
  readonly base: Base;
  readonly cursors: readonly Cursor[];
}

/** @param places of each package, a seeded choice; the same for every base. */
export function cursorsFor(places: number, scratch: string): (info: PackageInfo) => OwnBase {
  const prepared = preparer(readRecordings(undefined, ['public', 'renamed']), places, scratch);
  return (info) => {
    const base = baseFrom(info);
    return { base, cursors: cursorsOf(prepared(base)) };
  };
}

/** An added base, for the benchmarks that compare bases. */
export function baseFrom({ name, folder, tokenizer, parameters, contextLength }: PackageInfo): Base {
  const [small] = listBases([]);
  const own = { name, model: folder, parameters, contextTokens: contextLength };
  return { ...(small as Base), ...own, tokenizer: unwrap(readTokenizer(tokenizer)) };
}

/** Milliseconds: the middle one of some. */
export function medianOf(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN);
}

/** With the n-grams that ship; then the first character of the true line is typed. */
export function mixedFigures({ base, cursors }: OwnBase): Promise<Figures> {
  return withEngines(async (engines) => {
    for (const { name, snapshot } of new Set(cursors.map(({ prepared }) => prepared))) {
      for (const engine of engines) unwrap(await engine.request('open', source(base, name, base.model, snapshot)));
    }
    const warm: number[] = [];
    const ask = async (engine: (typeof engines)[number], { prepared: { name }, position }: Cursor): Promise<Line> => {
      const draft = async (at: typeof position) => {
        const asked = askedAt(at);
        const request = { key: name, query: asked.query, options: draftOptions(asked) };
        const began = performance.now();
        const found = unwrap(await engine.request('draft', request));
        return lineOf(at, shownDraft(found, asked), performance.now() - began);
      };
      const line = await draft(position);
      const typed = position.truth.slice(0, 1);
      if (typed !== '') {
        const after = { ...position, prefix: position.prefix + typed, truth: position.truth.slice(1) };
        warm.push((await draft(after)).latencyMs);
      }
      return line;
    };
    const lines = await spread(engines, cursors, ask, `${base.name} with n-grams`);
    return {
      ...lineFigures(lines),
      'cold-line-ms': medianOf(lines.map(({ latencyMs }) => latencyMs)),
      'warm-line-ms': medianOf(warm),
    };
  }, 1);
}
