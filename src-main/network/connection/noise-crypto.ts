import { createSecretKey, type KeyObject } from 'node:crypto'
import type { ICryptoInterface } from '@libp2p/noise'
import { defaultCrypto, nodeCrypto } from '@libp2p/noise/crypto'

/** Shorter packets are quicker through libp2p's WebAssembly, as in its own choice. */
const NODE_BYTES_MIN = 1_200

/**
 * libp2p's noise ciphers with keys that Node has taken in once. libp2p 17 passes a key's bytes with each packet, and
 * Node 24 then throws and catches an error inside to find out that they are no key object: 30 µs of the 150 µs that a
 * packet of 64 KiB takes, on both sides.
 */
export function createNoiseCrypto(): ICryptoInterface {
  const keys = new WeakMap<Uint8Array, KeyObject>()
  /** Node's ciphers take a key object wherever they take bytes; libp2p's types do not say so. */
  const keyOf = (bytes: Uint8Array): Uint8Array => {
    const key = keys.get(bytes) ?? createSecretKey(bytes)
    keys.set(bytes, key)
    return key as unknown as Uint8Array
  }
  return {
    ...defaultCrypto,
    chaCha20Poly1305Encrypt: (plaintext, nonce, ad, key) =>
      plaintext.byteLength < NODE_BYTES_MIN
        ? defaultCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key)
        : nodeCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, keyOf(key)),
    chaCha20Poly1305Decrypt: (ciphertext, nonce, ad, key, into) =>
      ciphertext.byteLength < NODE_BYTES_MIN
        ? defaultCrypto.chaCha20Poly1305Decrypt(ciphertext, nonce, ad, key, into)
        : nodeCrypto.chaCha20Poly1305Decrypt(ciphertext, nonce, ad, keyOf(key), into),
  }
}
