// A small regular project on disk that a model can learn, and a fake large model that knows all its text.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { adapt } from '../../src/adapt/adapt.ts';
import type { AdaptReport } from '../../src/adapt/report/adapt-report.ts';
import type { AdaptOutcome, AdaptRequest } from '../../src/adapt/request/adapt-request.ts';
import type { RunDeps } from '../../src/adapt/run.ts';
import { type Result, unwrap } from '../../src/common/errors.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { writeModel } from '../specialist/engine/helpers.ts';
import type { Script } from './scripted-engine.ts';

export const tokenizerPath = resolve(import.meta.dirname, '../../models/small/tokenizer.json');

const nouns = ['user', 'order', 'invoice', 'product', 'basket', 'review', 'coupon', 'payment', 'address', 'session'];
const verbs = ['load', 'store', 'remove', 'rename'];

/** One module of the fake project. All modules have the same structure with other names. */
function moduleText(noun: string, verb: string): string {
  const type = noun[0]?.toUpperCase() + noun.slice(1);
  return `// ${verb}s a ${noun} by its id, through the repository of ${noun}s.
import { ${type} } from '../models/${noun}.ts';
import { repository } from '../repository.ts';
import { logger } from '../logger.ts';

export interface ${type}Options {
  readonly id: string;
  readonly dryRun: boolean;
}

export async function ${verb}${type}(options: ${type}Options): Promise<${type} | undefined> {
  logger.debug('${verb} ${noun}', options.id);
  const found = await repository.find('${noun}', options.id);
  if (found === undefined) {
    logger.warn('${noun} not found', options.id);
    return undefined;
  }
  if (!options.dryRun) {
    await repository.${verb}('${noun}', found);
  }
  return new ${type}(found);
}
`;
}

export interface Project {
  readonly root: string;
  readonly request: AdaptRequest;
  /** path -> text */
  readonly files: ReadonlyMap<string, string>;
  remove(): void;
}

/** @param nounCount the project has 4 x nounCount modules */
export function makeProject(nounCount = nouns.length): Project {
  const base = mkdtempSync(join(tmpdir(), 'easy-adaptation-run-'));
  const root = join(base, 'project');
  const files = new Map<string, string>();
  for (const noun of nouns.slice(0, nounCount)) {
    for (const verb of verbs) files.set(`src/${verb}/${noun}.ts`, moduleText(noun, verb));
  }
  mkdirSync(root, { recursive: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const request: AdaptRequest = {
    root,
    specialistFolder: join(base, 'specialist'),
    storeFolder: join(base, 'store'),
    tokenizerPath,
    harvest: { trusted: true },
    secrets: [],
    effort: 'adapt',
    balance: 0.4,
  };
  return { root, request, files, remove: () => rmSync(base, { recursive: true, force: true }) };
}

/** A request for a project with its own small base beside it, and a time budget that no run reaches. */
export function neuralRequest({ root, request }: Project) {
  const base = join(dirname(root), 'base');
  writeModel(base);
  const device = { threads: 1, device: 'cpu', trainingThreads: 1 } as const;
  return { ...request, neural: { base, ...device, budgetMinutes: 600 } };
}

/** The text between a position's prefix and suffix. */
export function truthAt(
  text: string,
  { prefix, suffix }: { readonly prefix: string; readonly suffix: string },
): string {
  return text.slice(prefix.length, text.length - suffix.length).trimEnd();
}

/** The text of the project's file at a position. */
export function truthOf({ files }: Pick<Project, 'files'>): Script['truth'] {
  return (query) => truthAt(files.get(query.path) as string, query);
}

/** Adapts, by default without a large model, and keeps no record. */
export function adaptWith(request: AdaptRequest, deps: Partial<RunDeps> = {}): Promise<Result<AdaptOutcome>> {
  return adapt(request, { llm: undefined, record: () => {}, signal: new AbortController().signal, ...deps });
}

/** The report of a run that must not fail. */
export async function reportWith(request: AdaptRequest, deps?: Partial<RunDeps>): Promise<AdaptReport> {
  return unwrap(await adaptWith(request, deps)).report;
}

/** Answers with the file's text at the cursor. Every `wrongEvery`-th answer is wrong. */
export function knowingLlm(project: Project, wrongEvery = Number.POSITIVE_INFINITY): ScriptedLlm {
  return new ScriptedLlm((request, call) => {
    if ((call + 1) % wrongEvery === 0) return 'something else entirely';
    return truthAt(project.files.get(request.query.path) ?? '', request.query);
  }, 'knowing');
}
