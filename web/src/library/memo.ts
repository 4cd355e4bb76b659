import { Component, type FunctionComponent, h } from "preact";

/** A component that is drawn anew only when one of its props is another one. */
export function memo<P extends object>(Inner: FunctionComponent<P>): FunctionComponent<P> {
  class Kept extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const before = this.props as P;
      const names = new Set([...Object.keys(before), ...Object.keys(next)]) as Set<keyof P>;
      return [...names].some((name) => name !== "children" && before[name] !== next[name]);
    }
    override render() {
      return h(Inner, this.props as P);
    }
  }
  return Kept as unknown as FunctionComponent<P>;
}
