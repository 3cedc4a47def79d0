// The settings that package.json contributes, of all its groups.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';

interface ContributedSetting {
  readonly type: string;
  readonly default: unknown;
  readonly scope: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly markdownDescription: string;
}

type Groups = readonly { readonly properties: Readonly<Record<string, ContributedSetting>> }[];

const groups: Groups = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).contributes.configuration;

export const contributedSettings: Readonly<Record<string, ContributedSetting>> = Object.fromEntries(
  groups.flatMap(({ properties }) => Object.entries(properties)),
);
