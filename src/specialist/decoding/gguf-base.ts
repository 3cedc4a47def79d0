// The GGUF base that llama.cpp runs for a model. Small, because the process that owns the engine reads it too.
import { readManifest } from '../../neural/models/manifest.ts';

export interface GgufIdentity {
  readonly name: string;
  /** Hash of its file. */
  readonly weights: string;
}

/** Undefined if our own engine runs the model. @param base of the model, if it is an adapter */
export function ggufBaseOf({
  model,
  base = model,
}: {
  readonly model: string;
  readonly base?: string;
}): GgufIdentity | undefined {
  const own = readManifest(model);
  const folder = own.ok && own.value?.kind === 'adapter' ? base : model;
  const manifest = readManifest(folder);
  if (!manifest.ok || !manifest.value?.gguf) return undefined;
  const { name, weights } = manifest.value;
  return { name, weights };
}
