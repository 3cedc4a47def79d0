// Which base a run adapts: the one that serves, where this machine trains it far enough in the time that there is; else a smaller one.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../common/files.ts';
import { thousands } from '../common/format.ts';
import { baseOf } from '../package/compatibility.ts';
import { listPackages, readPackage } from '../package/list.ts';

/**
 * A row a base: tokens that have to be learned from before it is worth adapting rather than the next smaller one in the same minutes. A
 * guess; `npm run bench -- base --bases small,medium --only adapted --minutes N` measures both at equal minutes.
 */
const LEAST_TOKENS: Readonly<Record<string, number>> = { medium: 100_000 };

/** What was measured, kept beside the checkpoint: a run that goes on does not choose anew. */
const FILE = 'pace.json';

interface Pace {
  /** Of the base that was too slow. */
  readonly weights: string;
  readonly tokensPerSecond: number;
}

/** Another base to adapt, and why, for people. */
export interface Instead {
  readonly base: string;
  readonly why: string;
}

export class PaceKeeper {
  private readonly smaller: { readonly name: string; readonly folder: string } | undefined;
  private readonly least: number;
  private readonly name: string;
  private readonly weights: string;
  private readonly minutes: number;
  private readonly path: string;
  private reports = 0;

  /**
   * @param base folder of the one that serves
   * @param out the run's work folder
   */
  constructor(base: string, minutes: number, out: string) {
    const { name, weights } = baseOf(base);
    this.name = name;
    this.weights = weights;
    this.minutes = minutes;
    this.path = join(out, FILE);
    this.least = LEAST_TOKENS[name] ?? 0;
    this.smaller = this.least > 0 ? smallerThan(base) : undefined;
  }

  /** As a run before found; undefined where the base itself is adapted, or nothing has been measured yet. */
  instead(): Instead | undefined {
    const pace = this.read();
    return pace && this.verdict(pace.tokensPerSecond);
  }

  /** Told of each step's speed; what there is to adapt instead, once it is clear that there is. Kept on disk then. */
  onStep(tokensPerSecond: number): Instead | undefined {
    // The first step grows the process's memory, the third confirms the second.
    if (++this.reports !== 3) return undefined;
    const instead = this.verdict(tokensPerSecond);
    if (instead) {
      const pace: Pace = { weights: this.weights, tokensPerSecond };
      replaceFile(this.path, [new TextEncoder().encode(JSON.stringify(pace))]);
    }
    return instead;
  }

  /** It is no part of the model. */
  forget(): void {
    rmSync(this.path, { force: true });
  }

  private verdict(tokensPerSecond: number): Instead | undefined {
    const { smaller, minutes, least, name } = this;
    const tokens = Math.round(tokensPerSecond * minutes * 60);
    if (!smaller || tokens >= least) return undefined;
    return {
      base: smaller.folder,
      why:
        `The base '${smaller.name}' was adapted instead of '${name}', which would learn from ${thousands(tokens)} tokens in ` +
        `${minutes} minutes here and needs ${thousands(least)}: give the adaptation more minutes to adapt '${name}'.`,
    };
  }

  private read(): Pace | undefined {
    if (!existsSync(this.path)) return undefined;
    try {
      const { weights, tokensPerSecond } = JSON.parse(readFileSync(this.path, 'utf8')) as Partial<Pace>;
      const isOurs = weights === this.weights && typeof tokensPerSecond === 'number' && tokensPerSecond > 0;
      return isOurs ? { weights, tokensPerSecond } : undefined;
    } catch {
      // Damaged: it is measured anew.
      return undefined;
    }
  }
}

/** The largest of the packages beside a base that is smaller and speaks the same tokens. */
function smallerThan(base: string): { readonly name: string; readonly folder: string } | undefined {
  const own = readPackage(base);
  if (!own.ok) return undefined;
  const { parameters, manifest } = own.value;
  return listPackages(dirname(base)).findLast(
    (each) => each.parameters < parameters && each.manifest.tokenizer === manifest.tokenizer,
  );
}
