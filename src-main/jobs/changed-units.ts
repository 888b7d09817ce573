import type { Notice } from '../peer/notice.ts'
import type { JobId } from '../protocol/ids.ts'

/** The units of an own job that notices tell of, so that a job of 10,000 units is not looked through for each of them. */
export function* changedUnits(notices: readonly Notice[], job: JobId): Generator<number, void, void> {
  for (const notice of notices) if (notice.kind === 'units-changed' && notice.job === job) yield* notice.units
}
