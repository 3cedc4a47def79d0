// Where a training stands that was interrupted, for who goes on with it or says so.
export { type TrainingStatus, trainingStatusOf } from '../../neural/training/training-status.ts';
