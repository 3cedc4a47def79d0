// How llama.cpp serves a GGUF base. Our own engine, which decodes on the CPU, does not need these options.
import { physicalCores } from '../../common/threads.ts';
import type { TrainingRequest } from '../../neural/training/request.ts';
import type { Serving } from '../decoding/types.ts';

/** @param threads 'auto': as many as suit this machine */
export function llamaOptions(
  threads: number | 'auto',
  device: TrainingRequest['device'],
): Required<Pick<Serving, 'llamaThreads' | 'device'>> {
  return { llamaThreads: llamaThreadCount(threads), device: device === 'cpu' ? 'cpu' : 'auto' };
}

/**
 * The threads that are asked for, or physical cores minus one. llama.cpp's threads spin while they wait for each other: if another program
 * takes one core of two, two threads can be far slower than one.
 */
export function llamaThreadCount(threads: number | 'auto', cores = physicalCores()): number {
  return Math.max(1, threads === 'auto' ? cores - 1 : Math.floor(threads));
}
