import type { Transport } from '../../ports/transport.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { SEALED_BYTES_MAX } from '../../protocol/whereabouts.ts'
import type { Node } from '../libp2p-node.ts'
import { openFault } from '../requests/request-pool.ts'
import { throwIfAborted } from '../signal-fault.ts'

/** The first part of the keys under which sealed records lie in the DHT. */
export const DIRECTORY_NAMESPACE = 'meshwork'
const TOKEN_BYTES = 32
const KEY_BYTES = `/${DIRECTORY_NAMESPACE}/`.length + 2 * TOKEN_BYTES

/** Whether a record may lie in the DHT; the peer that serves it cannot see more of it. @throws RangeError if not */
export function checkDirectoryRecord(key: Uint8Array, value: Uint8Array): Promise<void> {
  return key.byteLength === KEY_BYTES && value.byteLength <= SEALED_BYTES_MAX
    ? Promise.resolve()
    : Promise.reject(new RangeError(`a record of ${key.byteLength} and ${value.byteLength} bytes`))
}

function keyOf(token: Uint8Array): Uint8Array {
  return new TextEncoder().encode(`/${DIRECTORY_NAMESPACE}/${Buffer.from(token).toString('hex')}`)
}

/**
 * The DHT as a place for records. It leaves them with the serving peers nearest to their names, and does nothing where
 * there are none. It finds the records that those peers have under a name, each answer once.
 *
 * @param running the node. @throws FaultError `unreachable` while there is none
 */
export function createDirectory(
  running: () => Node,
  self: PeerId,
): Pick<Transport, 'leaveRecord' | 'findRecords'> {
  return {
    async leaveRecord(token, record, { signal }) {
      throwIfAborted(signal)
      try {
        // Servers that could not be asked do not matter if others were.
        for await (const _ of running().services.dht.put(keyOf(token), record, { signal }))
          throwIfAborted(signal)
      } catch (error) {
        throw openFault(error, signal, self)
      }
    },
    async *findRecords(token, { signal }) {
      throwIfAborted(signal)
      try {
        yield* differentAnswers(running(), token, signal)
      } catch (error) {
        throw openFault(error, signal, self)
      }
    },
  }
}

async function* differentAnswers(
  { services }: Node,
  token: Uint8Array,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const seen = new Set<string>()
  for await (const event of services.dht.get(keyOf(token), { signal })) {
    const value =
      event.name === 'VALUE' ? event.value : event.name === 'PEER_RESPONSE' ? event.record?.value : undefined
    if (value === undefined || value.byteLength > SEALED_BYTES_MAX) continue
    const name = Buffer.from(value).toString('base64')
    if (seen.has(name)) continue
    seen.add(name)
    yield value
  }
}
