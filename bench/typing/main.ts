// A typist over held-out files, local models only: how much of the text suggestions write, how often they are wrong, and what each rule brings.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '../../src/common/errors.ts';
import { quantile } from '../../src/common/quality.ts';
import { interval } from '../../src/common/statistics/bootstrap.ts';
import { addGgufModel } from '../../src/neural/models/import/add-gguf.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { confidenceOf } from '../../src/suggest/suggestion.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import { thresholdSteps } from '../../src/vscode/webview/protocol.ts';
import { listBases } from '../base/bases.ts';
import type { Base } from '../base/types.ts';
import { SimulatedWindow, type SimulatedWindowDeps } from '../common/simulated-window.ts';
import { passagesOf } from '../common/typist.ts';
import type { Benchmark, BenchOptions, Figures, Keep } from '../figures.ts';
import { baseFrom } from '../own/lines.ts';
import { kebab, printFigures, put, Table } from '../print.ts';
import { docsMaterials, heldOutMaterials, type Material, materials } from './materials.ts';
import { OBJECTIVE_LABELS, objectiveFigures } from './objective.ts';
import { type Timed, TimedEngine, TimedNgram, withModels } from './timed.ts';
import { addTyped, multiLineFigures, nothingTyped, type Typed, typePassage } from './typist.ts';
import { VirtualClock } from './virtual-clock.ts';
import { withLlm } from './with-llm.ts';

/** Passages of each folder, and lines of each. */
const PASSAGES = 4;
const LINES = 12;
const SEED = 5;
const KEY = 'typing';
const DEFAULT_BASE = 'medium';
/** No base answers. */
const NGRAMS_ALONE = 'none';

interface Rule {
  readonly name: string;
  readonly what: string;
  readonly settings?: SimulatedWindowDeps['settings'];
}

/** The product at each step of the panel's control. */
const rules: readonly Rule[] = [
  { name: 'product', what: 'as a user without a key has it' },
  { name: 'more', what: "'Show More'", settings: { threshold: thresholdSteps.more } },
  { name: 'less', what: "'Show Less'", settings: { threshold: thresholdSteps.less } },
];

export const typing: Benchmark = {
  name: 'typing',
  what: 'a typist over held-out files, without an API: what suggestions write, how often they are wrong, which rule brought what',
  takes: ['recordings', 'model', 'bases', 'rules', 'places', 'faster', 'only', 'llm'],
  run,
};

interface Counted extends Typed {
  passages: Typed[];
  waits: number[];
  neural: number;
  cost: { cpuMs: number };
}

const nothing = (): Counted => ({
  ...nothingTyped(),
  ...{ passages: [], waits: [], neural: 0, cost: { cpuMs: 0 } },
});

async function run(options: BenchOptions, keep: Keep): Promise<Figures> {
  const { recordings, model = [], bases: baseNames, rules: ruleNames, places, only, llm } = options;
  const { faster = 1 } = options;
  const positions = places ?? PASSAGES;
  const named = (baseNames ?? (model.length > 0 ? '' : DEFAULT_BASE)).split(',').filter((name) => name !== '');
  const bases = [...(await addedBases(model)), ...named.map(baseNamed)] as [AnsweringBase, ...AnsweringBase[]];
  const [{ base, isSilent }] = bases;
  const wantedRules = ruleNames?.split(',');
  if (llm !== undefined) {
    if (llm !== 'recorded') throw new Error("--llm is 'recorded'.");
    const all = only === 'held-out' ? heldOutMaterials() : materials(recordings);
    const wanted = only === 'held-out' ? undefined : only?.split(',');
    // Nothing is recorded in prose.
    const typed = all.filter(({ name, languageId }) => wanted?.includes(name) ?? languageId !== 'markdown');
    return withLlm({ base, alone: isSilent }, typed, positions, wantedRules, keep);
  }
  const typedRules = rules.filter(({ name }) => wantedRules?.includes(name) ?? true);
  if (typedRules.length === 0) throw new Error(`--rules are of: ${rules.map(({ name }) => name).join(', ')}.`);
  const names = only?.split(',');
  const typable = only?.startsWith('docs') ? docsMaterials() : materials(recordings);
  const folders = typable.filter(({ name }) => only === 'docs' || (names?.includes(name) ?? true));
  if (folders.length === 0)
    throw new Error("--only is 'docs', README and documents of five packages, or names of folders: 'prose,cobra'.");
  console.log(
    `typing, base ${bases.map(({ name }) => name).join(',')} without adaptation, ${positions} passages of ${LINES} lines in each folder, virtual clock`,
  );
  console.log(
    '  a draft takes the processor time that it took here, one thread for each model; nothing else takes any',
  );
  if (faster !== 1) console.log(`  neural drafts take their time divided by ${faster}`);
  const table = new Table(OBJECTIVE_LABELS);
  const figures: Record<string, Figures> = {};
  for (const { name, what } of typedRules) console.log(`  ${name}: ${what}`);
  const all = new Map<string, Counted>();
  const show = (names: readonly string[], row: Figures) => {
    table.row(names.join(': '), row);
    put(figures, names, row);
  };
  for (const folder of folders) {
    for (const answering of bases) {
      const typed = await typeIn(folder, answering, typedRules, positions, faster);
      for (const [rule, counted] of typed) {
        const name = bases.length > 1 ? `${answering.name}, ${rule.name}` : rule.name;
        show([folder.name, name], figuresOf(counted));
        put(figures, [folder.name, name], { passages: passageFigures(counted) });
        const sum = all.get(name) ?? nothing();
        all.set(name, sum);
        add(sum, counted);
      }
    }
    keep(kebab(figures));
  }
  for (const [name, counted] of all) show(['all', name], figuresOf(counted));
  const gained = gains(bases, typedRules, all);
  if (bases.length > 1) printFigures('written more', gained);
  return kebab({ ...(figures.all?.product as Figures), ...figures, gains: gained });
}

interface AnsweringBase {
  readonly name: string;
  readonly base: Base;
  /** Only its tokenizer serves. */
  readonly isSilent: boolean;
}

function baseNamed(name: string): AnsweringBase {
  const isSilent = name === NGRAMS_ALONE;
  const [base] = listBases([], [isSilent ? DEFAULT_BASE : name]) as [Base];
  return { name, base, isSilent };
}

/** @param paths of GGUF files */
async function addedBases(paths: readonly string[]): Promise<AnsweringBase[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-typing-bases-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const bases: AnsweringBase[] = [];
  for (const [i, path] of paths.entries()) {
    const added = unwrap(await addGgufModel({ path, into: join(scratch, String(i)) }, new AbortController().signal));
    bases.push({ name: added.name, base: baseFrom(added), isSilent: false });
  }
  return bases;
}

function add(all: Counted, more: Counted): void {
  addTyped(all, more);
  all.passages.push(...more.passages);
  all.waits.push(...more.waits);
  all.cost.cpuMs += more.cost.cpuMs;
  all.neural += more.neural;
}

/** How much more each base writes than the last one with the same rule, with its 95 % interval over passages. */
function gains(bases: readonly AnsweringBase[], rules: readonly Rule[], all: ReadonlyMap<string, Counted>): Figures {
  const reference = bases.at(-1)?.name;
  const gains: Record<string, Figures> = {};
  for (const { name } of bases.slice(0, -1))
    for (const { name: rule } of rules) {
      const [own, others] = [name, reference].map((base) => all.get(`${base}, ${rule}`)?.passages as Typed[]);
      const pairs = (own as Typed[]).map((typed, i) => ({ typed, other: others?.[i] as Typed }));
      const gain = (drawn: typeof pairs) => {
        const sum = (of: (pair: (typeof pairs)[number]) => number) => drawn.reduce((all, pair) => all + of(pair), 0);
        return sum(({ typed, other }) => typed.written - other.written) / sum(({ typed }) => typed.characters);
      };
      const { low, high } = interval([pairs], ([drawn]) => gain(drawn as typeof pairs));
      gains[`${name} less ${reference}, ${rule}`] = { 'characters-written-share': gain(pairs), low, high };
    }
  return gains;
}

function figuresOf(counted: Counted): Figures {
  const { judged, keys, pauses, waits, neural, cost } = counted;
  const shows = Math.max(1, judged.length);
  const said = judged.reduce((sum, { ghost }) => sum + confidenceOf(ghost.shown.completion), 0);
  return {
    ...objectiveFigures(counted),
    'said-right-share': said / shows,
    ...multiLineFigures(judged),
    'latency-p50-ms': quantile(waits, 0.5),
    'latency-p95-ms': quantile(waits, 0.95),
    'cpu-s-per-100-keys': cost.cpuMs / 10 / keys,
    'with-transformer': neural / shows,
    shows: judged.length,
    pauses,
  };
}

const passageFigures = ({ passages }: Counted): Figures =>
  Object.fromEntries(
    passages.map(({ judged, characters, written }, i) => {
      const wrong = judged.filter(({ right }) => !right).length;
      return [`passage ${i + 1}`, { characters, written, shows: judged.length, wrong }];
    }),
  );

/** The same keys for every rule. */
async function typeIn(
  folder: Material,
  { base, isSilent }: AnsweringBase,
  rules: readonly Rule[],
  positions: number,
  faster: number,
): Promise<Map<Rule, Counted>> {
  const index = NgramModel.build(folder.others, unwrap(readTokenizer(base.tokenizerPath)));
  const passages = passagesOf(folder.held, positions, LINES, SEED);
  const work = async ({ settings }: Rule, counted: Counted, timed: Timed) => {
    const { clock } = timed;
    const ngram = new TimedNgram(timed);
    const at = new SimulatedWindow({ clock, ngram, key: KEY, ahead: true, ...(settings && { settings }) });
    try {
      if (!isSilent) {
        const { model, tokenizerPath: tokenizer } = base;
        const engine = new TimedEngine(timed, faster);
        await at.specialist.open(engine, { model, name: 'base', tokenizer, threads: 1 });
        if (at.specialist.state.kind !== 'ready') throw new Error('The engine does not open the model.');
      }
      for (const passage of passages) {
        const typed = nothingTyped();
        await typePassage(at.editor, clock, passage, folder.languageId, typed);
        addTyped(counted, typed);
        counted.passages.push(typed);
      }
      counted.waits = at.editor.tally.shown.map(({ waitedMs }) => waitedMs);
      counted.neural = at.editor.tally.shown.filter(({ completion }) => completion.model.includes('+')).length;
    } finally {
      at.dispose();
    }
  };
  const typed = new Map<Rule, Counted>();
  await withModels(index, KEY, async (models) => {
    for (const rule of rules) {
      const counted = nothing();
      typed.set(rule, counted);
      const clock = new VirtualClock();
      await clock.run(work(rule, counted, { models, clock, cost: counted.cost }));
    }
  });
  return typed;
}
