import { multiaddr } from '@multiformats/multiaddr'
import { damagedBytes, fuzzSteps } from '../fuzz-bytes.fixture.ts'
import type { FuzzRange, FuzzStep, Fuzzer } from '../fuzz.ts'
import { pick, type Dice } from '../compute/metering/dice.fixture.ts'
import { encodeCanonical, equalBytes } from '../protocol/canonical.ts'
import { decodeNode, encodeNode } from '../storage/blobs/blob-node.ts'
import { createIdentity } from './identity/identity.ts'
import { decodeInvite, encodeInvite, inviteLink, sealedCode } from './identity/invite-code.ts'
import { parseAddress } from './addresses/multiaddress.ts'
import { answerParts, faultParts, readReply } from './requests/reply.ts'

/** Inputs of a step. */
const STEP = 5_000
const ADDRESSES = ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::1/tcp/65535', '/dns4/example.org/tcp/1']

/** Codes, addresses, replies and lists of chunks as they come from outside: read, or refused by a fault. */
export const fuzzer: Fuzzer = { name: 'wire', inputs: 'inputs', count: 1_000_000, run }

/** Something that is read. */
interface Format {
  readonly name: string
  readonly samples: readonly Uint8Array[]
  /** @throws for what breaks the promise */
  readonly read: (bytes: Uint8Array) => void
}

async function* run(range: FuzzRange): AsyncGenerator<FuzzStep> {
  const formats = allFormats()
  yield* fuzzSteps(range, STEP, (roll) => wrongWith(pick(roll, formats), roll))
}

function wrongWith({ name, samples, read }: Format, roll: Dice): string | undefined {
  try {
    read(damagedBytes(roll, pick(roll, samples), samples))
    return undefined
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : String(error)}`
  }
}

function allFormats(): readonly Format[] {
  const { peer } = createIdentity(new Uint8Array(32).fill(7))
  const invite = {
    peer_id: peer,
    addresses: ADDRESSES.map((a) => `${a}/p2p/${peer}`),
    secret: 'a secret of somebody',
  }
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
  const chunks = [3 << 20, 1 << 20, 77].map((bytes, i) => ({
    offset: 0,
    bytes,
    sha256: new Uint8Array(32).fill(i),
  }))
  const fault = { kind: 'too-busy', message: 'later' } as const
  return [
    {
      name: 'invite',
      samples: [encodeInvite(invite), inviteLink(invite)].map((code) => Buffer.from(code)),
      read: (bytes) => {
        const decoded = decodeInvite(text(bytes))
        if (decoded.ok) encodeInvite(decoded.value)
      },
    },
    {
      name: 'invite with a right checksum',
      samples: [
        encodeCanonical([
          1,
          new Uint8Array(32).fill(7),
          'a secret of somebody',
          [multiaddr('/ip4/192.0.2.7/tcp/4001').bytes],
        ]),
      ],
      read: (bytes) => {
        const decoded = decodeInvite(sealedCode(bytes))
        if (decoded.ok) encodeInvite(decoded.value)
      },
    },
    {
      name: 'address',
      samples: ADDRESSES.map((address) => Buffer.from(address)),
      read: (bytes) => {
        try {
          parseAddress(text(bytes))
        } catch (error) {
          if (!(error instanceof Error) || error.message.includes('\n')) throw error
        }
      },
    },
    {
      name: 'reply',
      samples: [Buffer.concat(answerParts(Buffer.from('an answer'))), Buffer.concat(faultParts(fault))],
      read: (bytes) => {
        const reply = readReply(bytes)
        if (reply.kind === 'fault' && reply.fault.message.length > 2_000) throw new Error('a long message')
      },
    },
    {
      name: 'list of chunks',
      samples: [encodeNode(chunks)],
      read: (bytes) => {
        const node = decodeNode(bytes)
        // One content has one list, or it would have two ids.
        if (node.ok && !equalBytes(encodeNode(node.value.chunks), bytes))
          throw new Error('two lists of one content')
      },
    },
  ]
}
