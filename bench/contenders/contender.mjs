// The shape of a contender, in types only.

/**
 * A library, prepared for one algorithm: keys imported, options checked, nothing left to do but the work.
 * @typedef {object} Prepared
 * @property {(item: any) => any} run the operation that is timed
 * @property {boolean} [asynchronous] `run` gives a promise
 * @property {(input: any) => any} [toItem] what is done before the clock starts; the bounds need it
 * @property {string} [note] printed below the table
 *
 * @typedef {Prepared & { claimsOf?: (result: any) => unknown }} PreparedVerifier
 * `claimsOf` reads the claims from a result; without it `run` answers true or false and looks at no claim.
 *
 * @typedef {Prepared & { tokenOf?: (item: any, result: any) => string }} PreparedSigner
 * `tokenOf` makes the token from a result that is not one.
 *
 * @template P
 * @callback Prepare
 * @param {import('../workload/jwt-workload.mjs').JwtWorkload} workload
 * @returns {P | undefined | Promise<P | undefined>} undefined: the library does not know the algorithm
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {Prepare<PreparedVerifier>} [verifier]
 * @property {Prepare<PreparedVerifier>} [concurrentVerifier] made for many verifications at once
 * @property {Prepare<PreparedSigner>} [signer]
 */

export {};
