const SCHEME_LENGTH = 'Bearer '.length;

/** What whoever verifies tokens only, and leaves requests to others, needs to have taken out. @param {string} header */
export const tokenOf = (header) => header.slice(SCHEME_LENGTH);
