// The typist with a simulated large model: what it writes, waits for and costs, alone and beside the local models.
import { join } from 'node:path';
import { exactMatch, quantile } from '../../src/common/quality.ts';
import { normals } from '../../src/common/statistics/random.ts';
import { EMPTY_DRAFT, positionFactsOf, type RouterExample } from '../../src/routing/features.ts';
import { fitRouter } from '../../src/routing/fit.ts';
import type { RouterModel } from '../../src/routing/router-model.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { NgramSpecialist } from '../../src/suggest/racing-specialist.ts';
import type { CompletionSettings } from '../../src/suggest/suggestion.ts';
import type { Base } from '../base/types.ts';
import { askedAt, type Recording, readRecordings } from '../common/recordings.ts';
import { SimulatedWindow } from '../common/simulated-window.ts';
import { type Passage, passagesOf } from '../common/typist.ts';
import type { Figures, Keep } from '../figures.ts';
import { kebab, Table } from '../print.ts';
import type { Material } from './materials.ts';
import { OBJECTIVE_LABELS, objectiveFigures } from './objective.ts';
import { type Calls, RecordedSkill, SimulatedLlm } from './simulated-llm.ts';
import { type Models, TimedEngine, TimedNgram, withModels } from './timed.ts';
import { addTyped, nothingTyped, type Typed, typePassage } from './typist.ts';
import { VirtualClock } from './virtual-clock.ts';

const LINES = 12;
const SEED = 5;
const KEY = 'typing';
/** From the show of a suggestion to its acceptance: nobody accepts unread text. Log-normal: the median, ms, and the spread. */
const READING = { medianMs: 500, spread: 0.4 };

export interface Arm {
  readonly name: string;
  readonly what: string;
  readonly local: boolean;
  readonly llm: boolean;
  readonly settings: Partial<CompletionSettings>;
  /** The typist takes no suggestion. */
  readonly takesNone?: boolean;
}

const balanced: Partial<CompletionSettings> = { balance: 0.4, apiAllowed: true };

const arms: readonly Arm[] = [
  { name: 'local model', what: 'no key', local: true, llm: false, settings: {} },
  {
    name: 'large model',
    what: 'at every pause, nothing local',
    local: false,
    llm: true,
    settings: { balance: 1, apiAllowed: true },
  },
  {
    name: 'pair at once',
    what: 'the balanced setting as it was: a call is made beside a local suggestion',
    local: true,
    llm: true,
    settings: { ...balanced, localFirst: false },
  },
  { name: 'pair', what: 'the balanced setting', local: true, llm: true, settings: { ...balanced, localFirst: true } },
  {
    name: 'pair untaken',
    what: 'the balanced setting, and a typist who takes nothing',
    local: true,
    llm: true,
    settings: { ...balanced, localFirst: true },
    takesNone: true,
  },
];

/** No local model. */
const silent: NgramSpecialist = {
  ...{ name: 'none', snapshot: '', changed: () => [] },
  ...{ setOpenFile: () => {}, setSavedFile: () => {}, removeFile: () => {}, setHistory: () => {} },
  complete: async () => undefined,
  snippets: async () => [],
};

interface Counted extends Typed {
  waits: number[];
  ms: number;
  calls: Calls;
}

const nothing = (): Counted => ({
  ...nothingTyped(),
  ...{ waits: [], ms: 0, calls: { made: 0, usd: 0 } },
});

/** @param alone only the n-grams are local */
export async function withLlm(
  { base, alone }: { readonly base: Base; readonly alone: boolean },
  folders: readonly Material[],
  positions: number,
  rules: readonly string[] | undefined,
  keep: Keep,
  compared: readonly Arm[] = arms,
): Promise<Figures> {
  const recordings = readRecordings();
  const skill = new RecordedSkill(recordings);
  const chosen = compared.filter(({ name }) => rules?.includes(name) ?? true);
  console.log(
    `typing, base ${alone ? 'none' : base.name}, ${positions} passages of ${LINES} lines in each folder, a large model that is right at ${skill.exactMatch.toFixed(2)} of its recorded cursors, virtual clock`,
  );
  for (const { name, what } of chosen) console.log(`  ${name}: ${what}`);
  const table = new Table(COLUMNS);
  const totals = new Map(chosen.map((arm) => [arm, nothing()]));
  const figures: Record<string, Figures> = {};
  for (const folder of folders) {
    for (const [arm, counted] of await typeIn(folder, base, alone, chosen, positions, skill, recordings)) {
      table.row(`${folder.name}: ${arm.name}`, figuresOf(counted));
      add(totals.get(arm) as Counted, counted);
    }
    for (const [{ name }, counted] of totals) figures[name] = figuresOf(counted);
    keep(kebab(figures));
  }
  for (const [name, row] of Object.entries(figures)) table.row(`all: ${name}`, row);
  return kebab(figures);
}

const COLUMNS = {
  ...OBJECTIVE_LABELS,
  'calls-an-hour': 'calls/h',
  'calls-per-100-keys': '/100 keys',
  'dollars-an-hour': '$/h',
  'wait-p50-ms': 'p50',
  'wait-p95-ms': 'p95',
};

function figuresOf(counted: Counted): Figures {
  const { judged, waits, ms, calls } = counted;
  const hours = ms / 3_600_000;
  const wrong = judged.filter(({ right }) => !right).length;
  return {
    ...objectiveFigures(counted),
    'calls-an-hour': calls.made / hours,
    'calls-per-100-keys': (100 * calls.made) / counted.keys,
    'dollars-an-hour': calls.usd / hours,
    'wait-p50-ms': quantile(waits, 0.5),
    'wait-p95-ms': quantile(waits, 0.95),
    'wrong-an-hour': wrong / hours,
    shows: judged.length,
    calls: calls.made,
  };
}

function add(all: Counted, more: Counted): void {
  addTyped(all, more);
  all.waits.push(...more.waits);
  all.calls.made += more.calls.made;
  all.calls.usd += more.calls.usd;
  all.ms += more.ms;
}

/** The same keys in all arms, and the same answers at the same positions. */
async function typeIn(
  folder: Material,
  base: Base,
  alone: boolean,
  chosen: readonly Arm[],
  positions: number,
  skill: RecordedSkill,
  recordings: readonly Recording[],
): Promise<Map<Arm, Counted>> {
  const passages = passagesOf(folder.held, positions, LINES, SEED);
  const router = routerBeside(folder, recordings);
  const typed = new Map<Arm, Counted>();
  await withModels(NgramModel.build(folder.others, base.tokenizer), KEY, async (models) => {
    for (const arm of chosen) {
      const counted = nothing();
      typed.set(arm, counted);
      const clock = new VirtualClock();
      await clock.run(typeArm(arm, { folder, base, alone, passages, models, skill, router, clock }, counted));
    }
  });
  return typed;
}

/** The large model's part is fitted on its recorded answers in other packages, the local part is not fitted. */
function routerBeside(folder: Material, recordings: readonly Recording[]): RouterModel {
  const examples = recordings
    .filter((recording) => recording.package !== folder.name)
    .flatMap((recording) =>
      recording.places.map(
        (place): RouterExample => ({
          path: join(recording.package, place.path),
          ...{ draft: EMPTY_DRAFT, specialistRight: false },
          position: positionFactsOf(askedAt(place).query),
          apiRight: exactMatch(place.completion, place.truth),
        }),
      ),
    );
  return fitRouter(examples);
}

interface Desk {
  readonly folder: Material;
  readonly base: Base;
  readonly alone: boolean;
  readonly passages: readonly Passage[];
  readonly models: Models;
  readonly skill: RecordedSkill;
  readonly router: RouterModel;
  readonly clock: VirtualClock;
}

async function typeArm(
  { local, llm: hasLlm, settings, takesNone = false }: Arm,
  { folder, base, alone, passages, models, skill, router, clock }: Desk,
  counted: Counted,
): Promise<void> {
  const timed = { models, clock, cost: { cpuMs: 0 } };
  const llm = new SimulatedLlm(skill, folder.held, clock, SEED);
  const window = new SimulatedWindow({
    ...{ clock, key: KEY, ahead: true, settings, router, ngram: local ? new TimedNgram(timed) : silent },
    ...(hasLlm && { llm }),
  });
  try {
    if (local && !alone) {
      const { model, tokenizerPath: tokenizer } = base;
      await window.specialist.open(new TimedEngine(timed), { model, name: 'base', tokenizer, threads: 1 });
      if (window.specialist.state.kind !== 'ready') throw new Error('The engine does not open the model.');
    }
    const normal = normals(SEED);
    const reading = () =>
      takesNone ? Number.POSITIVE_INFINITY : READING.medianMs * Math.exp(READING.spread * normal());
    for (const passage of passages)
      await typePassage(window.editor, clock, passage, folder.languageId, counted, reading);
    Object.assign(counted, {
      waits: counted.judged.map(({ ghost }) => llm.waitFor(ghost)),
      ms: clock.monotonic(),
      calls: llm.calls,
    });
  } finally {
    window.dispose();
  }
}
