// Weights of score.ts, in the order of its features.

export const siteWeights: { readonly intercept: number; readonly weights: readonly number[] } = {
  intercept: -0.3,
  weights: [
    -1, 1, 0.3, 0.1, 0.3, -1, -0.5, 0.3, 0, 0, 0.2, 0.2, 0.7, -0.3, 0.5, -0.7, -0.1, -0.5, 0, -0.3, -0.4, -0.7, 0, 0, 0,
    0, 0, 0,
  ],
};
