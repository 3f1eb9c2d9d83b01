/** Why there is no reproducer of a kind: one sentence without its stop. */
export class Unreachable extends Error {}
