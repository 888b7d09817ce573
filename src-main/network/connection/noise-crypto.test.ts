import { randomBytes } from 'node:crypto'
import { pureJsCrypto } from '@libp2p/noise'
import { expect, test } from 'vitest'
import { createNoiseCrypto } from './noise-crypto.ts'

test('packets of any length are what the reference cipher makes, and open there and here; changed ones do not', () => {
  const crypto = createNoiseCrypto()
  const [key, other] = [new Uint8Array(randomBytes(32)), new Uint8Array(randomBytes(32))]
  const ad = new Uint8Array(randomBytes(16))
  for (const length of [0, 1, 1_183, 1_184, 1_199, 1_200, 65_519]) {
    for (const used of [key, other, key]) {
      const plain = new Uint8Array(randomBytes(length))
      const nonce = new Uint8Array(randomBytes(12))
      const sealed = new Uint8Array(crypto.chaCha20Poly1305Encrypt(plain, nonce, ad, used).slice())
      expect(sealed).toEqual(pureJsCrypto.chaCha20Poly1305Encrypt(plain, nonce, ad, used))
      const opened = crypto.chaCha20Poly1305Decrypt(sealed, nonce, ad, used).slice()
      expect(new Uint8Array(opened)).toEqual(plain)
      sealed[length >> 1] = sealed[length >> 1]! ^ 1
      expect(() => crypto.chaCha20Poly1305Decrypt(sealed, nonce, ad, used)).toThrow()
    }
  }
})
