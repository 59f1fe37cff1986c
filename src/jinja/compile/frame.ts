import { Symbols } from './symbols.ts';

/** What is known while compiling about escaping: `volatile` once an autoescape block depends on a variable. */
export interface EvaluationState {
  autoescape: boolean;
  volatile: boolean;
}

/** One scope while it is compiled. */
export class Frame {
  readonly evaluation: EvaluationState;
  symbols: Symbols;
  /** Whether output must be held back if a parent template has been found by then. */
  requireOutputCheck = false;
  /** The variable that collects what is printed. */
  buffer = 'output';
  /** Outside every loop and block, at least but for ifs. */
  toplevel = false;
  /** Outside ifs too. */
  rootlevel = false;
  loopFrame = false;
  blockFrame = false;
  /** Inside an if: an unknown filter is an error only when it is reached. */
  soft = false;

  constructor(evaluation: EvaluationState, parent?: Frame) {
    this.evaluation = evaluation;
    this.symbols = new Symbols(parent?.symbols);
    if (parent !== undefined) {
      this.requireOutputCheck = parent.requireOutputCheck;
      this.buffer = parent.buffer;
    }
  }

  inner(): Frame {
    return new Frame(this.evaluation, this);
  }

  /** The same scope inside an if. */
  softened(): Frame {
    const copy = new Frame(this.evaluation, undefined);
    copy.symbols = this.symbols.copy();
    copy.requireOutputCheck = this.requireOutputCheck;
    copy.buffer = this.buffer;
    copy.toplevel = this.toplevel;
    copy.loopFrame = this.loopFrame;
    copy.blockFrame = this.blockFrame;
    copy.soft = true;
    return copy;
  }
}
