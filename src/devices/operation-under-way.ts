import { Refusal } from '../words/refusal.ts';

/** An operation is under way: it may be one that is just about to end. */
export class OperationUnderWay extends Refusal {
  constructor(message: string) {
    super(message);
    this.name = 'OperationUnderWay';
  }
}
