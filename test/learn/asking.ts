// Adaptations of a made-up folder that ask a made-up API, by an engine whose answers a test decides.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { adapt } from '../../src/learn/run.ts';
import type { AdaptRequest, ApiEstimate } from '../../src/learn/types.ts';
import { writeModel } from '../engine/helpers.ts';
import type { ScriptedTeacher } from '../fakes/teacher.ts';
import type { Project } from './project.ts';
import { type Script, ScriptedEngine } from './scripted-engine.ts';

/** Of a project, with a base of its own beside it, for 1 dollar at most. @param places that may be asked about */
export function askingRequest(project: Project, places: number): AdaptRequest {
  const base = join(dirname(project.root), 'base');
  mkdirSync(base);
  writeModel(base);
  const device = { precision: 'int4', threads: 1, device: 'cpu', trainingThreads: 1 } as const;
  const settings = { apiKey: 'test-key', model: 'knowing', timeoutMs: 1000, baseUrl: 'http://127.0.0.1:9' };
  const neural = { base, ...device, budgetMinutes: 600 };
  return { ...project.request, neural, api: { settings, places, budgetUsd: 1 } };
}

/** The base is seldom right, what is adapted mostly. */
export function engineFor(project: Project, losses?: Script['losses']): ScriptedEngine {
  return new ScriptedEngine({
    right: { base: 0.2, adapted: 0.9 },
    truth: ({ path, prefix, suffix }) => {
      const text = project.files.get(path) as string;
      return text.slice(prefix.length, text.length - suffix.length).trimEnd();
    },
    ...(losses && { losses }),
  });
}

/** @param agreed to the price, each time that it is asked about */
export async function adaptAsking(
  engine: ScriptedEngine,
  teacher: ScriptedTeacher,
  request: AdaptRequest,
  agreed: boolean,
) {
  const estimates: ApiEstimate[] = [];
  const result = await adapt(request, {
    engine,
    teacher,
    confirm: async (estimate) => {
      estimates.push(estimate);
      return agreed;
    },
    record: () => {},
    signal: new AbortController().signal,
  });
  assert.ok(result.ok, JSON.stringify(result));
  return { estimates, report: result.value.report };
}
