import type { Cid } from '../../protocol/ids.ts'
import type { HeldUnit, Holding } from './slice.ts'

/**
 * An index of a holding's units by what is still to be done with them: it follows from the holding, as a job's does
 * from the job.
 */
export interface HoldingBook {
  /** To be computed, in the order of the awards. */
  readonly queued: ReadonlySet<number>
  /** Computed, and not yet taken by the requester. */
  readonly undelivered: ReadonlySet<number>
  /** Given back, and not yet known to the requester. */
  readonly handedBack: ReadonlySet<number>
  /** The outputs that were made for the requester, and of how many units each is. */
  readonly outputs: ReadonlyMap<Cid, number>
  /** The approximate bytes of its units and receipts in memory. */
  readonly bytes: number
  refresh(index: number): void
  /** To be called with what a unit was before it became another. */
  replaced(before: HeldUnit | undefined, now: HeldUnit | undefined): void
}

/** The bytes of a unit without the parts of its receipt that vary. */
const UNIT_BYTES = 512

const books = new WeakMap<Holding, HoldingBook>()

/** The index of a holding, built at the first call. */
export function holdingBookOf(holding: Holding): HoldingBook {
  const known = books.get(holding)
  if (known !== undefined) return known
  const book = createHoldingBook(holding)
  books.set(holding, book)
  return book
}

/** Gives a held unit another status, and tells the index. */
export function setHeld(holding: Holding, index: number, status: HeldUnit['status']): void {
  const held = holding.units.get(index)
  if (held === undefined) return
  const before = { ...held }
  held.status = status
  const book = books.get(holding)
  book?.refresh(index)
  book?.replaced(before, held)
}

/** Adds a unit to a holding, or takes one away, and tells the index. */
export function putHeld(holding: Holding, index: number, held: HeldUnit | undefined): void {
  const before = holding.units.get(index)
  if (held === undefined) holding.units.delete(index)
  else holding.units.set(index, held)
  const book = books.get(holding)
  book?.refresh(index)
  book?.replaced(before, held)
}

function createHoldingBook({ units }: Holding): HoldingBook {
  const queued = new Set<number>()
  const undelivered = new Set<number>()
  const handedBack = new Set<number>()
  const outputs = new Map<Cid, number>()
  const outputOf = new Map<number, Cid>()

  function setOutput(index: number, cid: Cid | undefined): void {
    const before = outputOf.get(index)
    if (before === cid) return
    if (before !== undefined) {
      const left = (outputs.get(before) ?? 1) - 1
      if (left > 0) outputs.set(before, left)
      else outputs.delete(before)
    }
    if (cid === undefined) {
      outputOf.delete(index)
      return
    }
    outputOf.set(index, cid)
    outputs.set(cid, (outputs.get(cid) ?? 0) + 1)
  }

  function refresh(index: number): void {
    const status = units.get(index)?.status
    put(queued, index, status?.state === 'queued')
    put(undelivered, index, status?.state === 'ran' && !status.delivered)
    put(handedBack, index, status?.state === 'handed-back')
    const outcome = status?.state === 'ran' ? status.receipt.outcome : undefined
    setOutput(index, outcome?.kind === 'output' ? outcome.cid : undefined)
  }

  let bytes = 0
  function replaced(before: HeldUnit | undefined, now: HeldUnit | undefined): void {
    bytes += bytesOf(now) - bytesOf(before)
  }

  for (const [index, held] of units) {
    refresh(index)
    replaced(undefined, held)
  }
  return {
    queued,
    undelivered,
    handedBack,
    outputs,
    get bytes() {
      return bytes
    },
    refresh,
    replaced,
  }
}

function bytesOf(held: HeldUnit | undefined): number {
  if (held === undefined) return 0
  if (held.status.state !== 'ran') return UNIT_BYTES
  const { outcome } = held.status.receipt
  return (
    UNIT_BYTES +
    (outcome.kind === 'fault' ? 2 * outcome.fault.message.length : (outcome.inline?.byteLength ?? 0))
  )
}

function put(set: Set<number>, index: number, isMember: boolean): void {
  if (isMember) set.add(index)
  else set.delete(index)
}
