import type { InviteCode, PairRequest, PeerId, Person } from '#contract'
import { useEffect, useEffectEvent, useState } from 'react'
import type { ApiCalls } from '../connection/api-calls.ts'
import { useCalls } from '../connection/calls.tsx'
import { faultText } from '../connection/fault-text.ts'
import { useNode } from '../state/node-store.ts'
import { useText } from '../state/text.tsx'
import { useNow } from '../ui/use-now.ts'
import { TRUST_AT_FIRST } from './trust-step.ts'

/** A day: long enough for a message to be read, short enough for a code that lies around. */
const VALID_MINUTES = 24 * 60
const MS_PER_MINUTE = 60_000
/** An expiry is told by the minute. */
const LOOK_EVERY_MS = 15_000

/** An invitation, and the people whose codes this user entered since it was made. */
export interface MadeInvite {
  readonly invite: InviteCode
  readonly madeAtMs: number
  readonly entered: Set<PeerId>
}

/** Whether a code still opens, or why not. */
export type InviteStanding = 'good' | 'used' | 'expired'

/** This user's code as it stands. */
export type MyInvite =
  | { readonly state: 'making' }
  | { readonly state: 'failed'; readonly message: string; readonly renew: () => void }
  | {
      readonly state: 'ready'
      readonly invite: InviteCode
      readonly standing: InviteStanding
      readonly renew: () => void
    }

/**
 * The last invitation of each connection's calls. A screen that is opened again shows the same code, since the user may
 * have handed it out, and the peer has fewer codes to remember.
 */
const made = new WeakMap<ApiCalls, MadeInvite>()

/**
 * Whether an invitation can still be used. It is used up when a request came in since it was made, or a person was
 * paired since then other than by a code that this user entered.
 */
export function inviteStanding(
  { invite, madeAtMs, entered }: MadeInvite,
  now: {
    readonly nowMs: number
    readonly requests: readonly Pick<PairRequest, 'direction' | 'asked_at_ms'>[]
    readonly people: Iterable<Pick<Person, 'peer_id' | 'paired_at_ms'>>
  },
): InviteStanding {
  const hasAsked = now.requests.some(
    ({ direction, asked_at_ms }) => direction === 'incoming' && asked_at_ms >= madeAtMs,
  )
  const isPaired = [...now.people].some(
    ({ peer_id, paired_at_ms }) => paired_at_ms >= madeAtMs && !entered.has(peer_id),
  )
  if (hasAsked || isPaired) return 'used'
  return invite.expires_at_ms <= now.nowMs ? 'expired' : 'good'
}

/** Notes that a person was paired by their own code, so that this user's invitation does not count as used. */
export function noteEntered(calls: ApiCalls, peer: PeerId): void {
  made.get(calls)?.entered.add(peer)
}

/** This user's code: the one that was made before if it still opens, a new one otherwise. */
export function useMyInvite(): MyInvite {
  const calls = useCalls()
  const text = useText()
  const isOpen = useNode((node) => node.connection === 'open')
  const requests = useNode((node) => node.pairRequests)
  const people = useNode((node) => node.people)
  const nowMs = useNow(LOOK_EVERY_MS)
  const [current, setCurrent] = useState(() => made.get(calls))
  const [error, setError] = useState<unknown>()

  async function renew(): Promise<void> {
    setError(undefined)
    try {
      const invite = await calls.people.invite({
        trust: TRUST_AT_FIRST,
        valid_minutes: VALID_MINUTES,
        confirm: true,
      })
      const madeAtMs = invite.expires_at_ms - VALID_MINUTES * MS_PER_MINUTE
      const next: MadeInvite = { invite, madeAtMs, entered: new Set() }
      made.set(calls, next)
      setCurrent(next)
    } catch (caught) {
      setError(caught)
    }
  }

  const standing =
    current === undefined ? undefined : inviteStanding(current, { nowMs, requests, people: people.values() })
  const renewAtFirst = useEffectEvent(() => {
    if (standing !== 'good') void renew()
  })
  // Only when it is first shown: a code that is used while it is on the screen stays, and says so.
  useEffect(() => {
    if (isOpen) renewAtFirst()
  }, [isOpen])

  const again = () => void renew()
  if (error !== undefined) return { state: 'failed', message: faultText(error, text), renew: again }
  if (current === undefined || standing === undefined) return { state: 'making' }
  return { state: 'ready', invite: current.invite, standing, renew: again }
}
