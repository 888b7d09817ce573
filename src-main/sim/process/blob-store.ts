import { hash } from 'node:crypto'
import { GUEST_GRACE_MS, type BlobKeeper, type BlobStore } from '../../ports/blob-store.ts'
import { cidOfDigest, DAG_CBOR, RAW } from '../../protocol/cid.ts'
import { refuse } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { BlobDisk } from './blob-disk.ts'
import type { Power } from './power.ts'

/** A blob store in memory that can also take a blob from another peer. */
export interface ProcessBlobs extends BlobStore {
  /** Takes a blob that another peer has sent. */
  take(cid: Cid, bytes: Uint8Array): void
}

/** The place of a blob store in its world. */
interface StoreDependencies {
  readonly disk: BlobDisk
  readonly power: Power
  readonly nowMs: () => number
}

/** Opens the blob store of one run of a peer's program. The blobs of a simulation are small: all are in one piece. */
export function openBlobStore(disk: BlobDisk, power: Power, nowMs: () => number): ProcessBlobs {
  const keeping = createKeeping({ disk, power, nowMs })
  return {
    ...createReading(disk),
    ...keeping,
    ...createPutting({ disk, power, nowMs }, keeping.pin),
    setQuota: () => undefined,
    usage: () => ({ bytes: 0, quotaBytes: Number.MAX_SAFE_INTEGER }),
    close: () => Promise.resolve(),
  }
}

type Reading = Pick<BlobStore, 'has' | 'info' | 'read' | 'path' | 'content' | 'layout' | 'readChunk'>

function createReading({ blobs, owners }: BlobDisk): Reading {
  async function read(cid: Cid): Promise<Uint8Array> {
    const { bytes } = blobs.get(cid) ?? refuse('blob-missing', `${cid} is not in the store`)
    return Promise.resolve(bytes)
  }

  return {
    has: (cid) => blobs.has(cid),
    info(cid) {
      const blob = blobs.get(cid)
      return blob && { cid, bytes: blob.bytes.byteLength, pinned: owners.has(cid) }
    },
    read,
    path: (cid) => (blobs.has(cid) ? `/${cid}` : undefined),
    content: (cid) => blobs.get(cid)?.bytes,
    layout(cid) {
      const blob = blobs.get(cid)
      return blob && { kind: 'raw', bytes: blob.bytes.byteLength }
    },
    readChunk: read,
  }
}

type Putting = Pick<
  ProcessBlobs,
  'put' | 'putUnflushed' | 'putStructure' | 'putStream' | 'adopt' | 'receive' | 'take'
>

function createPutting({ disk, power, nowMs }: StoreDependencies, pin: BlobStore['pin']): Putting {
  function store(cid: Cid, bytes: Uint8Array, isOwn: boolean): void {
    const known = disk.blobs.get(cid)
    if (known === undefined) {
      disk.addBlob(cid, { bytes, isOwn, guests: new Set(), unneededSinceMs: nowMs() })
    } else {
      known.isOwn ||= isOwn
    }
  }

  function put(codec: typeof RAW | typeof DAG_CBOR, bytes: Uint8Array, keeper?: BlobKeeper): Promise<Cid> {
    const cid = cidOfDigest(codec, hash('sha256', bytes, 'buffer'))
    if (power.act()) {
      store(cid, bytes, keeper?.guest === undefined)
      if (keeper !== undefined) pin(cid, keeper.owner, keeper.guest)
    }
    return Promise.resolve(cid)
  }

  function putFlushed(codec: typeof RAW | typeof DAG_CBOR, bytes: Uint8Array): Promise<Cid> {
    const stored = put(codec, bytes)
    if (power.isOn) disk.flush()
    return stored
  }

  const noFiles = (): Promise<never> => Promise.reject(new Error('blobs of a simulation come in one piece'))
  return {
    put: (bytes) => putFlushed(RAW, bytes),
    putStructure: (bytes) => putFlushed(DAG_CBOR, bytes),
    putUnflushed: (bytes, keeper) => put(RAW, bytes, keeper),
    putStream: noFiles,
    adopt: noFiles,
    receive: () => refuse('internal', 'blobs of a simulation come in one piece'),
    take(cid, bytes) {
      if (power.act()) store(cid, bytes, false)
    },
  }
}

type Keeping = Pick<BlobStore, 'pin' | 'unpin' | 'owners' | 'owned' | 'guests' | 'expel' | 'sweep'>

function createKeeping({ disk, power, nowMs }: StoreDependencies): Keeping {
  const { blobs, pins, owners } = disk
  return {
    pin(cids, owner, guest) {
      if (!power.act()) return
      for (const cid of typeof cids === 'string' ? [cids] : cids) {
        const blob = blobs.get(cid)
        if (guest !== undefined) blob?.guests.add(guest)
        else if (blob !== undefined) blob.isOwn = true
        disk.addPin(cid, owner)
      }
    },
    unpin(owner, cids) {
      if (!power.act()) return
      for (const cid of cids ?? [...(pins.get(owner) ?? [])]) {
        disk.removePin(cid, owner)
        const blob = blobs.get(cid)
        if (blob !== undefined && !owners.has(cid)) blob.unneededSinceMs = nowMs()
      }
    },
    owners: (cid) => [...(owners.get(cid) ?? [])],
    owned: (prefix) => [...pins.keys()].filter((owner) => owner.startsWith(prefix)),
    guests: () => [...new Set([...blobs.values()].flatMap(({ guests }) => [...guests]))],
    expel(guest) {
      for (const blob of blobs.values()) {
        if (blob.guests.delete(guest) && blob.guests.size === 0)
          blob.unneededSinceMs = Number.NEGATIVE_INFINITY
      }
    },
    sweep() {
      if (!power.isOn) return
      for (const [cid, { isOwn, unneededSinceMs }] of blobs) {
        if (!isOwn && !owners.has(cid) && unneededSinceMs <= nowMs() - GUEST_GRACE_MS) disk.deleteBlob(cid)
      }
    },
  }
}
