// Damages bytes and JSON as disks, networks and attackers do. The seed determines each change.
import type { Random } from './corpus-random.ts';

type Json = unknown;

const numbers = [0, -1, 0.5, 1e9, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, -(2 ** 31), Number.MIN_VALUE, 65_537, 1e15];
const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'length', '', '\u0000', 'F32'];

function nested(depth: number): Json {
  let value: Json = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

const strange: readonly ((random: Random) => Json)[] = [
  () => null,
  () => true,
  () => [],
  () => ({}),
  (random) => random.pick(numbers),
  (random) => String(random.pick(numbers)),
  (random) => random.pick(names),
  // Converting this object to a string throws.
  () => ({ toString: 1, valueOf: 1 }),
  (random) => [random.pick(numbers), random.pick(names), null],
  (random) => nested(random.pick([3, 100, 3000])),
  (random) => 'x'.repeat(random.pick([1, 1000, 100_000])),
  (random) => '\ud800'.repeat(random.between(1, 9)),
  (random) => Array.from({ length: 2000 }, () => random.below(9)),
  () => ({ data_offsets: [0, 2 ** 40], shape: [2 ** 40], dtype: 'F32' }),
];

/**
 * The value with one part of it changed: removed, duplicated, replaced by a strange value such as a huge number, or
 * given a key such as `__proto__`.
 */
export function mutateJson(value: Json, random: Random): Json {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return random.pick(strange)(random);
  if (Array.isArray(value)) {
    const list = [...value];
    const at = random.below(Math.max(1, list.length));
    const change = random.below(10);
    if (change === 0) list.splice(at, 1);
    else if (change === 1) list.splice(at, 0, list[at]);
    else if (change === 2) list.length = at;
    else list[at] = mutateJson(list[at], random);
    return list;
  }
  const entries = Object.entries(value);
  const at = random.below(Math.max(1, entries.length));
  const [key, inner] = entries[at] ?? ['a', 1];
  const change = random.below(10);
  if (change === 0) entries.splice(at, 1);
  else if (change === 1) entries.push([random.pick(names), random.pick(strange)(random)]);
  else if (change === 2) entries[at] = [random.pick(names), inner];
  else entries[at] = [key, mutateJson(inner, random)];
  // Assigning to `__proto__` would set the prototype. `fromEntries` makes an ordinary key of it, as JSON.parse does.
  return Object.fromEntries(entries);
}

/** Flips bits, cuts, copies a part to another offset, and writes huge numbers and bytes that are not UTF-8. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let out = Uint8Array.from(bytes);
  for (let times = random.between(1, 4); times > 0; times--) {
    const at = random.below(Math.max(1, out.length));
    const change = random.below(7);
    if (change === 0) out = out.slice(0, at);
    else if (change === 1)
      out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(random.below(out.length + 1))]);
    else if (change === 2) out.set(out.slice(0, random.between(1, 64)).subarray(0, out.length - at), at);
    else if (change === 3 && at + 8 <= out.length) {
      const view = new DataView(out.buffer);
      view.setBigUint64(at & ~7, random.pick([0n, 1n, 2n ** 31n, 2n ** 40n, 2n ** 53n, 2n ** 64n - 1n]), true);
    } else if (change === 4) out.fill(random.pick([0, 0xff, 0xc0, 0x80, 0x22, 0x7b]), at, at + random.between(1, 16));
    else if (out.length > 0) out[at] = (out[at] as number) ^ (1 << random.below(8));
  }
  return out;
}

/** JSON as text, damaged as a value, as bytes, or both. */
export function mutateJsonText(value: Json, random: Random): Uint8Array {
  const damaged = random.chance(0.75) ? mutateJson(value, random) : value;
  const bytes = new TextEncoder().encode(JSON.stringify(damaged));
  return damaged === value || random.chance(0.1) ? mutateBytes(bytes, random) : bytes;
}
