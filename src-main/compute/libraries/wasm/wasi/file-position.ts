import { MOVED_BYTE_FUEL } from '../abi/host-costs.ts'
import type { UnitHost } from '../unit/unit-host.ts'
import { fail } from './wasi-errno.ts'
import type { WasiFile } from './wasi-file.ts'

/** Positions are numbers: 2⁵³ is beyond every file. */
const POSITION_MAX = BigInt(Number.MAX_SAFE_INTEGER)

/** A position as a number. Fails with `invalid` below 0 and beyond every file. */
export function positionOf(position: bigint): number {
  if (position < 0n || position > POSITION_MAX) fail('invalid')
  return Number(position)
}

/** Zeros that a file gets without their being written cost as much, since they are hashed and carried as well. */
export function chargeGap({ charge }: UnitHost, { truncate, size }: WasiFile, end: number): void {
  if (truncate !== undefined) charge(Math.max(0, end - size()) * MOVED_BYTE_FUEL)
}
