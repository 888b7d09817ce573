import { z } from 'zod'

/** A byte string; in dag-cbor it is one, in JSON it cannot be. */
export const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not a byte string')
export type Bytes = z.infer<typeof Bytes>
