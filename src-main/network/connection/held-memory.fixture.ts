/**
 * A peer in a process of its own, to be attacked: it tells its parent who and where it is, and answers each message with
 * the memory that it holds after its garbage is collected. Its argument says what all others are to it. Run it with
 * `--expose-gc`.
 */
import { z } from 'zod'
import { decodeCanonical } from '../../protocol/canonical.ts'
import { FaultError } from '../../protocol/fault.ts'
import { MESSAGE_BYTES_MAX } from '../../protocol/limits.ts'
import type { Standing } from '../../ports/transport.ts'
import { localPeer } from '../local-mesh.ts'

/** A protocol for contacts, and one that every peer may use; both decode what they get. */
export const CONTACTS_ONLY = '/fixture/contacts/1'
export const ANYBODY = '/fixture/anybody/1'
/** A protocol for contacts, whose answers are as long as answers may be. */
export const LONG_ANSWERS = '/fixture/long-answers/1'

/** The messages of the victim's process. */
export type Told =
  | { readonly kind: 'started'; readonly peer: string; readonly addresses: readonly string[] }
  | { readonly kind: 'memory'; readonly rss: number; readonly held: number; readonly answered: number }

async function main(): Promise<void> {
  const standing = z.enum(['contact', 'stranger']).parse(process.argv[2]) satisfies Standing
  const { transport } = localPeer({ standingOf: () => standing })
  let answered = 0
  const answer = (bytes: Uint8Array) => {
    const decoded = decodeCanonical(bytes, z.unknown(), MESSAGE_BYTES_MAX)
    if (!decoded.ok) throw new FaultError(decoded.fault)
    answered += 1
    return Promise.resolve(new Uint8Array())
  }
  transport.handle(CONTACTS_ONLY, (_from, request) => answer(request))
  transport.handle(ANYBODY, (_from, request) => answer(request), { strangers: { requestBytesMax: 8 << 10 } })
  transport.handle(LONG_ANSWERS, () => {
    answered += 1
    return Promise.resolve(new Uint8Array(MESSAGE_BYTES_MAX))
  })
  await transport.start()
  const tell = (told: Told) => process.send?.(told)
  process.on('message', () => {
    // What the first collection frees is counted as held until the second one begins.
    globalThis.gc?.()
    globalThis.gc?.()
    const { rss, heapUsed, external } = process.memoryUsage()
    tell({ kind: 'memory', rss, held: heapUsed + external, answered })
  })
  process.on('disconnect', () => process.exit(0))
  tell({ kind: 'started', peer: transport.peer, addresses: transport.addresses() })
}

if (import.meta.main) await main()
