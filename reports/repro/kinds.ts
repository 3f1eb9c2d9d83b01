/** What a trace can be made. */
export const KINDS = ['c', 'kunit'] as const;
export type Kind = (typeof KINDS)[number];
