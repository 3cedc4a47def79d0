// Weight of a file in training by its last change: recently changed files are likelier to be edited next.
import type { HarvestedFile } from '../../workspace/files/types.ts';

/** Half-life of the extra weight, days. */
const HALF_LIFE = 14;
const DAY = 86_400_000;

/**
 * 1 on average. The newest file counts twice as much as an old one; no file counts more than twice or less than half
 * the average. Ages are whole days before the newest file, so that no clock matters. Equal or unknown ages give 1.
 */
export function recencyOf(files: readonly HarvestedFile[]): (file: HarvestedFile) => number {
  const newest = files.reduce((latest, { changedAt = 0 }) => Math.max(latest, changedAt), 0);
  const days = ({ changedAt = 0 }: HarvestedFile) => Math.floor((newest - changedAt) / DAY);
  const of = (file: HarvestedFile) => 1 + 2 ** (-days(file) / HALF_LIFE);
  const size = files.reduce((sum, { text }) => sum + text.length, 0);
  const mean = files.reduce((sum, file) => sum + of(file) * file.text.length, 0) / Math.max(1, size);
  return (file) => of(file) / mean;
}
