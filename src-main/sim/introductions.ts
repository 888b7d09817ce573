import type { PeerId } from '../protocol/ids.ts'
import type { Dice } from './dice.ts'
import type { Process } from './process/process.ts'
import type { Resident } from './resident.ts'
import type { Acquaintance } from './scenario.ts'
import type { Schedule } from './schedule.ts'

/** How long a user waits before trying again to pair. */
const PAIR_AGAIN_MS = 3_000
/** How long an invite is valid. */
const INVITE_MS = 600_000
/** How soon after the start a user pairs, and how often it is looked whether both peers run. */
const FIRST_TRY_MS: readonly [number, number] = [100, 600]
const LOOK_EVERY_MS = 500

/** Two users pair by invite: they try until both sides have said yes, or one of them has forgotten the other. */
export function introduce(
  residents: ReadonlyMap<PeerId, Resident>,
  schedule: Schedule,
  dice: Dice,
  { inviter, joiner, trustByInviter, trustByJoiner }: Acquaintance,
): void {
  const attempt = (): void => {
    const host = residents.get(inviter)?.process
    const guest = residents.get(joiner)?.process
    if (host === undefined || guest === undefined) return void schedule.after(LOOK_EVERY_MS, attempt)
    if (guest.state.pairing.contacts.has(inviter)) return
    guest.attempt(pair(host, guest, trustByInviter, trustByJoiner))
    schedule.after(PAIR_AGAIN_MS, attempt)
  }
  schedule.after(dice.between(...FIRST_TRY_MS), attempt)
}

async function pair(host: Process, guest: Process, byHost: number, byGuest: number): Promise<void> {
  const invite = await host.runtime.invite(byHost, INVITE_MS)
  await guest.runtime.pair(invite, byGuest, new AbortController().signal)
}
