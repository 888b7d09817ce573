import { z } from 'zod'
import type { Clock } from '../../ports/clock.ts'
import type { Identity } from '../../ports/identity.ts'
import type { Settings } from '../../ports/settings.ts'
import type { Transport } from '../../ports/transport.ts'
import { AddressRecord, ADDRESSES_MAX } from '../../protocol/address-record.ts'
import { openEnvelope, sealEnvelope } from '../../protocol/envelope.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { shareableAddresses } from '../addresses/shareable-addresses.ts'
import { bareAddress } from '../dialing/dialer.ts'

const DOMAIN = 'meshwork/1/address-record'
const SEQUENCE_KEY = 'address-sequence'
/** A record of all addresses that one peer may tell. */
const RECORD_BYTES_MAX = 2_500 + ADDRESSES_MAX * 60

/** Signs records of this peer's addresses, and opens those of others. */
export interface AddressRecords {
  /** Signs this peer's addresses anew. */
  readonly renewOwn: () => void
  /** The record signed last; empty before the first. */
  readonly own: () => Uint8Array
  /** @throws FaultError for an envelope that `author` did not sign */
  readonly opened: (envelope: Uint8Array, author: PeerId) => AddressRecord
}

/** The records of one peer. */
export function createAddressRecords({
  transport,
  identity,
  clock,
  settings,
}: {
  readonly transport: Pick<Transport, 'addresses'>
  readonly identity: Identity
  readonly clock: Clock
  readonly settings: Settings
}): AddressRecords {
  let own: Uint8Array = new Uint8Array()

  function renewOwn(): void {
    const nowMs = clock.nowMs()
    const sequence = Math.max(nowMs, (settings.read(SEQUENCE_KEY, z.int().min(0)) ?? 0) + 1)
    settings.write(SEQUENCE_KEY, sequence)
    const bare = transport.addresses().map((address) => bareAddress(address, identity.peer))
    const record: AddressRecord = {
      peer_id: identity.peer,
      sequence,
      addresses: shareableAddresses(bare),
      timestamp: toTimestamp(nowMs),
    }
    own = sealEnvelope(DOMAIN, record, identity.peer, (message) => identity.sign(message))
  }

  function opened(envelope: Uint8Array, author: PeerId): AddressRecord {
    const record = openEnvelope(envelope, {
      domain: DOMAIN,
      schema: AddressRecord,
      signer: author,
      verify: (by, message, signature) => identity.verify(by, message, signature),
      nowMs: clock.nowMs(),
      bytesMax: RECORD_BYTES_MAX,
      hasSequence: true,
    })
    if (!record.ok) throw new FaultError(record.fault)
    if (record.value.value.peer_id !== author) refuse('unsigned', 'a record about somebody else')
    return record.value.value
  }

  return { renewOwn, own: () => own, opened }
}
