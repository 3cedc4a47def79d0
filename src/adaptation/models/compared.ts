// The base that a folder's model was compared with, stored beside the model by the run that measured both.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../common/files.ts';
import { listFiles } from '../../neural/models/adapted.ts';
import { baseOf } from '../../neural/models/compatibility.ts';
import type { Sha256 } from '../../neural/models/manifest.ts';
import type { MixedQuality } from '../report/types.ts';

const FILE = 'compared.json';

/** A comparison at the same positions, in files that neither model was trained on. */
interface Comparison {
  /** The base that was worse than the model. Bases of the same name with other weights were not measured. */
  readonly base: { readonly name: string; readonly weights: Sha256 };
  readonly figures: { readonly adapted: Figures; readonly base: Figures };
}

type Figures = Pick<MixedQuality, 'places' | 'exactMatch' | 'loss'>;

/**
 * Stores beside a model that it was better than a base, with the figures.
 * @param model folder of the model
 * @param base folder of the base
 */
export function keepComparison(model: string, base: string, adapted: MixedQuality, other: MixedQuality): void {
  const { name, weights } = baseOf(base);
  const row: Comparison = {
    base: { name, weights },
    figures: { adapted: figuresOf(adapted), base: figuresOf(other) },
  };
  writeRows(model, [...read(model).filter((each) => each.base?.weights !== weights), row]);
}

function writeRows(model: string, rows: readonly Partial<Comparison>[]): void {
  replaceFile(join(model, FILE), [new TextEncoder().encode(JSON.stringify(rows))]);
  listFiles(model);
}

/** Whether the model was compared with this base, with these weights, and was better. */
export function isBetterThan(model: string, base: string): boolean {
  const rows = read(model);
  if (rows.length === 0) return false;
  const { weights } = baseOf(base);
  return rows.some((row) => row.base?.weights === weights);
}

function figuresOf({ places, exactMatch, loss }: MixedQuality): Figures {
  return { places, exactMatch, ...(loss !== undefined && { loss }) };
}

/** Empty if nothing readable is stored. */
function read(model: string): readonly Partial<Comparison>[] {
  try {
    const rows: unknown = JSON.parse(readFileSync(join(model, FILE), 'utf8'));
    return Array.isArray(rows) ? rows.filter((row) => typeof row === 'object' && row !== null) : [];
  } catch {
    return [];
  }
}
