import type { PeerId } from '../protocol/ids.ts'
import type { Resident } from './resident.ts'
import type { Schedule } from './schedule.ts'

/** How often a liar looks whether it was found out. */
const LOOK_MS = 1_000
/** How long it takes to set up a new key. */
const COME_BACK_MS = 500

/** Has a person put a key away once a requester has found it out, and come back under the next one. */
export function whitewash(
  residents: ReadonlyMap<PeerId, Resident>,
  schedule: Schedule,
  next: Resident,
  follows: PeerId,
  boot: (resident: Resident) => void,
): void {
  const before = residents.get(follows)
  const look = (): void => {
    if (before === undefined || !isFoundOut(residents, follows)) return void schedule.after(LOOK_MS, look)
    before.isAway = true
    before.process?.crash('now')
    schedule.after(COME_BACK_MS, () => {
      next.isAway = false
      boot(next)
    })
  }
  next.isAway = true
  schedule.after(LOOK_MS, look)
}

function isFoundOut(residents: ReadonlyMap<PeerId, Resident>, key: PeerId): boolean {
  return [...residents.values()].some(
    ({ process }) => (process?.state.requester.records.get(key)?.rejected ?? 0) > 0,
  )
}
