import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface'

/** Remembers why handshakes of this side's dials failed. */
export interface HandshakeErrors {
  /** An encrypter whose errors are remembered. */
  noting<E>(encrypter: ConnectionEncrypter<E>): ConnectionEncrypter<E>
  /** The error of the handshake of the dial with this signal; undefined where it did not come so far. */
  of(signal: AbortSignal): unknown
}

/**
 * Memory of failed handshakes. libp2p puts an error of its own in the place of the encrypter's, which alone tells that
 * another key answered. Each dial has a signal of its own, which is handed to the handshake as it is.
 */
export function createHandshakeErrors(): HandshakeErrors {
  const errors = new WeakMap<AbortSignal, unknown>()
  return {
    noting(encrypter) {
      return {
        protocol: encrypter.protocol,
        secureInbound: (line: MessageStream, options) => encrypter.secureInbound(line, options),
        async secureOutbound(line: MessageStream, options) {
          try {
            return await encrypter.secureOutbound(line, options)
          } catch (error) {
            if (options?.signal !== undefined) errors.set(options.signal, error)
            throw error
          }
        },
      }
    },
    of: (signal) => errors.get(signal),
  }
}
