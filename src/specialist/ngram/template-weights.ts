// Weights of copied text: logistic fits by a script that is in git (fit-template, last at commit b3e1572c).

/** Weights for the probability of a piece (template.ts). */
export const pieceWeights: readonly number[] = [
  0.677, 0.575, 0.213, 0.54, -1.498, 0.25, 0.712, -6.928, -0.076, -0.936, -2.336, -3.57, -2.562, 0.437, -0.283, -0.33,
  -2.148, -0.818, 0.051, -0.416, 0.066, -0.121, -0.264, 0.437, 0.553, 1.439, -0.293, 0.203, 0.813, -0.425, -0.052,
  -0.464, -0.042, 0.135, 0.061, 0.008, 0, 0.303, 0.592, -0.441, 0.999, -0.277, 0.239, 0.481, -0.123, -0.084, 0.456,
  -0.368, -0.897, 0.096, -0.158, 0.329, 0.312, 1.208, 0.006, -0.216, 1.057, -0.292, 0.722, -0.125, -0.379,
];

/** Weights for the probability of a piece's tokens (template-units.ts), together with the n-grams. */
export const unitWeights: readonly number[] = [
  -0.591, 0.677, 0.105, 0.79, 0.437, -0.387, 0.367, -1.011, 0.03, 0.544, 0.073, -0.101, -0.827, 0.523, 0.605, 0.363,
  0.147, -0.158, -0.013, 0.709, -0.284, 0.092, 0.378, 0.252, 0.137, 0.086, -0.143,
];
