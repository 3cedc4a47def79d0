// Seeded random numbers, the same on every machine.

/** Uniform in [0, 1) (mulberry32: small, fast, good enough for orders and initial values). */
export function uniforms(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal (Box-Muller). */
export function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  // 1 - u is never 0, so its logarithm is finite.
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Gamma by shape, scale 1 (Marsaglia & Tsang 2000). */
export function gammas(seed: number): (shape: number) => number {
  const [uniform, normal] = [uniforms(seed), normals(seed + 1)];
  const sample = (shape: number): number => {
    if (shape < 1) return sample(shape + 1) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < x * x * 0.5 + d * (1 - v + Math.log(v))) return d * v;
    }
  };
  return sample;
}

/** 0 .. count - 1 in random order. */
export function shuffled(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  shuffle(order, uniforms(seed));
  return order;
}

/** Shuffles in place, with equal probability for every order (Fisher & Yates). */
export function shuffle<T>(items: T[], uniform: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
}
