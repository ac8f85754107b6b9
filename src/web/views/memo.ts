/** A view that is drawn again only when one of its props is another one. */
import { Component, createElement, type FunctionComponent } from 'preact';

export function memo<P extends object>(view: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const before = this.props as P;
      return [...Object.keys(next), ...Object.keys(before)].some(
        (key) => key !== 'children' && next[key as keyof P] !== before[key as keyof P],
      );
    }

    override render() {
      return createElement(view, this.props as P);
    }
  }
  return Memo as unknown as FunctionComponent<P>;
}
