/** Seals secrets for this user of this machine, by what the system has for it: a keychain. */
export interface KeyKeeper {
  seal(secret: Uint8Array): Promise<Uint8Array>
  /** @throws when it was not sealed here, or the user does not let it be opened */
  open(sealed: Uint8Array): Promise<Uint8Array>
}
