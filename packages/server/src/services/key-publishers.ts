/** Who may publish and revoke keys over HTTP. */
export interface KeyPublishers {
  /**
   * Resolves if the bearer of the token may change this key: an administrator by the one token of the configuration,
   * or the service that the key id begins with, by an ASAP token for this authority that is signed with a key published
   * already. Each ASAP token is good for one call.
   * Refusals: token_required, invalid_token, not_key_owner, unavailable.
   */
  authorize(token: string | undefined, kid: string): Promise<void>;
}
