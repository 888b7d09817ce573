import type { PeerId } from '../../protocol/ids.ts'
import { saturated } from '../../protocol/quantities.ts'
import { hasUnit, unionOf, unitBitsOf } from '../../protocol/unit-bits.ts'
import { cpuRanMs } from './believed-time.ts'
import type { ArchivedUnits, AttemptState, PeerPart, UnitState } from './slice.ts'
import { endsWith } from './unit-ends.ts'
import { isTimeOut } from './time-outs.ts'

/** A job, as far as it matters for what of it is in the history. */
export interface Archiving {
  readonly units: Map<number, UnitState>
  archived?: ArchivedUnits
}

/** Whether a unit is in the history. */
export function isArchived({ archived }: Pick<Archiving, 'archived'>, index: number): boolean {
  return archived !== undefined && hasUnit(archived.bits, index)
}

/** The units that are in the history, in order. */
export function* archivedIndices({ archived }: Pick<Archiving, 'archived'>): Generator<number, void, void> {
  for (const [at, byte] of (archived?.bits ?? new Uint8Array(0)).entries()) {
    for (let bit = 0; byte >>> bit > 0; bit++) if ((byte >>> bit) & 1) yield 8 * at + bit
  }
}

/** The job's units in the history together with these of the state, which it does not change. */
export function withArchived({ archived, units }: Archiving, indices: Iterable<number>): ArchivedUnits {
  const added = [...indices].flatMap((index) => {
    const unit = units.get(index)
    return unit === undefined ? [] : [[index, unit] as const]
  })
  const parts = new Map(archived?.parts)
  let fuel = archived?.fuel
  for (const [, unit] of added) {
    fuel = plus(fuel, unit.verified?.fuel)
    countUnit(parts, unit)
  }
  return {
    bits: unionOf(archived?.bits ?? new Uint8Array(0), unitBitsOf(added.map(([index]) => index))),
    count: (archived?.count ?? 0) + added.length,
    parts,
    ends: endsWith(archived?.ends, added),
    ...(fuel === undefined ? {} : { fuel }),
  }
}

/** Each peer's part in a job so far: of units in the state and in the history. */
export function partsOf({ archived, units }: Archiving): ReadonlyMap<PeerId, PeerPart> {
  const parts = new Map(archived?.parts)
  for (const unit of units.values()) countUnit(parts, unit)
  return parts
}

/** Fuel that the verified units took, each counted once; undefined where no unit is metered. */
export function fuelOf({ archived, units }: Archiving): number | undefined {
  let fuel = archived?.fuel
  for (const { verified } of units.values()) fuel = plus(fuel, verified?.fuel)
  return fuel
}

function countUnit(parts: Map<PeerId, PeerPart>, unit: UnitState): void {
  // A unit that was taken over from an earlier job: its peers made it, and this job knows no more of it.
  if (unit.attempts.length === 0) {
    for (const peer of unit.verified?.winners ?? []) {
      const part = parts.get(peer) ?? NO_PART
      parts.set(peer, { ...part, verified: part.verified + 1 })
    }
  }
  for (const attempt of unit.attempts) {
    const isWinner = unit.verified?.winners.includes(attempt.peer) ?? false
    parts.set(attempt.peer, counted(parts.get(attempt.peer) ?? NO_PART, attempt, isWinner))
  }
}

const NO_PART: PeerPart = {
  ...{ verified: 0, rejected: 0, failed: 0, timedOut: 0, expired: 0 },
  ...{ cpuMs: 0, wallMs: 0, outputBytes: 0 },
}

function counted(part: PeerPart, attempt: AttemptState, isWinner: boolean): PeerPart {
  const { status } = attempt
  switch (status.state) {
    case 'awarded':
      return part
    case 'returned': {
      const { wall_ms, output_bytes, fuel: used } = status.metrics
      const cpuMs = cpuRanMs(status, attempt, status.returnedAtMs ?? Number.POSITIVE_INFINITY)
      const fuel = plus(part.fuel, used)
      return {
        ...part,
        verified: part.verified + (isWinner ? 1 : 0),
        cpuMs: saturated(part.cpuMs + cpuMs),
        wallMs: saturated(part.wallMs + wall_ms),
        outputBytes: saturated(part.outputBytes + output_bytes),
        ...(fuel === undefined ? {} : { fuel }),
      }
    }
    case 'failed':
      return isTimeOut(attempt)
        ? { ...part, timedOut: part.timedOut + 1 }
        : { ...part, failed: part.failed + 1 }
    case 'rejected':
      return { ...part, rejected: part.rejected + 1 }
    case 'void':
      return status.why === 'late' ? { ...part, expired: part.expired + 1 } : part
  }
}

function plus(sum: number | undefined, more: number | undefined): number | undefined {
  return more === undefined ? sum : saturated((sum ?? 0) + more)
}
