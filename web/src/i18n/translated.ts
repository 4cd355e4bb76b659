/** The shape of a translation: every message of the original, with plural forms where it has them. */
export type Translated<T> = {
  readonly [K in keyof T]: T[K] extends string ? string : { readonly one: string; readonly other: string };
};
