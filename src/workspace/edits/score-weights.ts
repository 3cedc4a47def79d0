// Weights of score.ts, in the order of its features. bench/replay/fit.ts fits them; the last is set by hand, because few
// of the commits rename a name (bench/replay/README.md).

export const siteWeights: { readonly intercept: number; readonly weights: readonly number[] } = {
  intercept: -4.93,
  weights: [
    0.03, -1.28, 0.88, -1.12, 3.59, 0.75, 0.91, -2.35, 0.08, 0.44, -0.82, -0.97, 3.06, 0.78, 2.88, -0.58, 0.86, 0.49,
    -1.17, -0.63, 0.25, 0.42, 1.8, 5.4,
  ],
};
