// Where a training stands that was interrupted, for who goes on with it or says so.
export { standOf, type TrainingStatus } from '../../neural/training/training-status.ts';
