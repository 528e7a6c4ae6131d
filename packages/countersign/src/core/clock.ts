/** The present instant in epoch seconds; fractions are allowed. Passed in wherever time matters. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now() / 1000;
