// The status of an interrupted training, for callers that resume or report it.
export { type TrainingStatus, trainingStatusOf } from '../../neural/training/training-status.ts';
