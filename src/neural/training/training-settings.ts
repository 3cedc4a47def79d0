// The settings of training in one place: what a run takes, how its learning rate goes, and when it saves and stops.
import type { OptimizerConfig } from '../architecture/optimizer.ts';

// ---- What an adaptation asks for.

/** Windows in a step. */
export const MICRO_BATCHES = 4;
/** Passes over all samples. A token of running text may come again around a middle. */
export const EPOCHS = 2;
/**
 * With adapters, after 50 steps of one window, the loss together with the n-grams is lower than at 4e-3. Full
 * fine-tuning had its lowest held-out loss after 150 steps at 1.5e-3, of 6e-4, 1.5e-3 and 3e-3.
 */
export const LEARNING_RATE = 1.2e-3;
export const VALIDATE_EVERY_STEPS = 10;
/** Validations in a row without a new best after which a run ends. */
export const PATIENCE = 4;
/** About a minute of work. */
export const CHECKPOINT_EVERY_STEPS = 30;
/** Maximum time between two checkpoints, so that a killed run loses at most this much work. */
export const CHECKPOINT_SECONDS = 60;

// ---- The optimiser and the learning rate.

export const OPTIMIZER: OptimizerConfig = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };
/** Gradients are scaled down to this global norm. */
export const MAX_NORM = 1;
/** A pretrained model needs few warm-up steps. */
export const WARMUP_STEPS = 10;
/** Share of the peak at the last step. */
export const RATE_FLOOR = 0.02;

// ---- The plan within a time budget.

/** The first speed estimate is made after this many steps. The first step is slower than all others. */
export const TIMED_STEPS = 4;
/** The plan is kept if its last step would move by less than this share of the steps left. */
export const MINIMUM_CHANGE = 0.1;
/** A plan is late if it needs more than this many times the time left. */
export const LATE_FACTOR = 1.1;
/** A gap between two micro-batches that is longer than this many steps counts as sleep of the machine. */
export const LONGEST_GAP_STEPS = 3;
/** Validation takes at most this share of the time. */
export const VALIDATION_SHARE = 0.1;

// ---- Memory.

/** Number of logits that exist at once: 8 MB, which fit in the processor's cache. */
export const LOSS_VALUES = 2 ** 21;
/** For a large vocabulary more: the whole output matrix is read once for these rows. */
export const LEAST_LOSS_ROWS = 64;
/** Growth of the process (CPU, f32), bytes, rounded up: 24 layers of width 576, the upper half adapted. */
export const GROWTH = { perParameter: 2, perActivation: 8 } as const;
