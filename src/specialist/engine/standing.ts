// Where a training stands that was interrupted, for who goes on with it or says so.
export { type Stand, standOf } from '../../neural/training/stand.ts';
