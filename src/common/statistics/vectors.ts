// Vector operations that every estimator needs.

export type Floats = Float32Array | Float64Array;

export function dot(a: Floats, b: Floats): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** into += times * other. */
export function add(into: Floats, other: Floats, times: number): void {
  for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) + times * (other[i] as number);
}
