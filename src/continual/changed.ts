// What an adaptation that goes on learns: the files that were changed since, and as much of the others again, so that these are not forgotten.
import { shuffled } from '../fit/random.ts';
import type { HarvestedFile } from '../harvest/types.ts';
import type { Sample } from '../lessons/samples.ts';

/** UTF-16 units, of the files that changed last: more is not learned within the minutes. */
const MOST_CHANGED = 400_000;
/** Text that is replayed is drawn from so many times as much: half of each file's samples, from twice the files. */
const DRAWN_FROM = 2;
const SEED = 5;

/** Those that were changed last first. */
export function changedSince(files: readonly HarvestedFile[], since: number): HarvestedFile[] {
  const at = ({ changedAt = 0 }: HarvestedFile) => changedAt;
  const changed = files.filter((file) => at(file) > since).sort((a, b) => at(b) - at(a) || (a.path < b.path ? -1 : 1));
  return upTo(MOST_CHANGED, changed);
}

/** Of the files, but for those that changed, some that are drawn by their order: the same of the same. */
export function toReplay(files: readonly HarvestedFile[], changed: readonly HarvestedFile[]): HarvestedFile[] {
  const known = new Set(changed);
  const others = files.filter((file) => !known.has(file));
  const drawn = shuffled(others.length, SEED).map((at) => others[at] as HarvestedFile);
  return upTo(DRAWN_FROM * sizeOf(changed), drawn);
}

/** All of what changed, and beside it as many tokens of what is replayed, or all of it where there is less. */
export function halfAndHalf(changed: readonly Sample[], replay: readonly Sample[]): Sample[] {
  const most = tokensIn(changed);
  const again: Sample[] = [];
  let tokens = 0;
  for (const at of shuffled(replay.length, SEED)) {
    const sample = replay[at] as Sample;
    if (tokens + sample.ids.length > most) continue;
    again.push(sample);
    tokens += sample.ids.length;
  }
  return [...changed, ...again];
}

export function tokensIn(samples: readonly Sample[]): number {
  return samples.reduce((sum, { ids }) => sum + ids.length, 0);
}

function sizeOf(files: readonly HarvestedFile[]): number {
  return files.reduce((sum, { text }) => sum + text.length, 0);
}

/** The first of them that hold so much together, one at least. */
function upTo(most: number, files: readonly HarvestedFile[]): HarvestedFile[] {
  let size = 0;
  return files.filter(({ text }, i) => {
    const fits = i === 0 || size + text.length <= most;
    if (fits) size += text.length;
    return fits;
  });
}
