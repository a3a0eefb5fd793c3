// The base of layers that work along one axis: the softmaxes and the gates.
import { Module } from './module.js';

export abstract class AlongAxis extends Module {
  /** The last one unless told. */
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = axis;
  }
}
