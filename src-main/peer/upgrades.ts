import { z } from 'zod'
import { JobId, PeerId } from '../protocol/ids.ts'
import { PAUSE_RULES, SHARING_LIMITS } from '../protocol/pause-rule.ts'
import { POLICY } from '../protocol/policy.ts'
import { LENT_LIMITS, LentLimits, type LimitsSet } from '../protocol/unit-limits.ts'
import { holdingKey } from './provider/slice.ts'
import type { Upgrade, Upgrades } from './record-version.ts'

const same: Upgrade = (value) => value

/**
 * Records of version 1 are the same without a version. Manifests in records of version 2 are read by their schema; but a
 * program of that time would drop the fields that they have since, such as a unit's limits. Events are the same in version 4.
 * In version 5 received results have their signed envelope, and runs count when their requester's verdict comes. Version 6 has
 * more events, which an older program refuses by the version rather than by their names. Version 7 has the limits that the user
 * has set, and no longer all that are lent.
 */
export const EVENT_UPGRADES: Upgrades = new Map([
  [1, same],
  [2, same],
  [3, same],
  [4, countedAtOnce],
  [5, same],
  [6, lendingAsSet],
])

/** In version 4 the state is by role and has a policy, and every map is its entries. */
export const STATE_UPGRADES: Upgrades = new Map([
  [1, same],
  [2, same],
  [3, stateByRole],
  [4, same],
  [5, same],
  [6, sharingAsSet],
])

/** As of states: jobs and holdings were lists. */
export const WORK_UPGRADES: Upgrades = new Map([
  [1, same],
  [2, same],
  [3, workByKey],
  [4, same],
  [5, same],
  [6, same],
])

const RanOf4 = z.looseObject({ kind: z.literal('units-ran') })

function countedAtOnce(value: unknown): unknown {
  const parsed = RanOf4.safeParse(value)
  return parsed.success ? { ...parsed.data, counted: true } : value
}

const LendingOf6 = z.looseObject({ kind: z.literal('lending-set'), limits: LentLimits })

function lendingAsSet(value: unknown): unknown {
  const parsed = LendingOf6.safeParse(value)
  return parsed.success ? { ...parsed.data, limits: changedOf(parsed.data.limits) } : value
}

const StateOf6 = z.looseObject({ sharing: z.looseObject({ lent: LentLimits }) })

function sharingAsSet(value: unknown): unknown {
  const parsed = StateOf6.safeParse(value)
  if (!parsed.success) return value
  const { sharing } = parsed.data
  return { ...parsed.data, sharing: { ...sharing, lent: changedOf(sharing.lent) } }
}

/** In version 6 a limit was the user's if it differed from the default. */
function changedOf(lent: LentLimits): LimitsSet {
  const names = Object.keys(LENT_LIMITS) as (keyof LentLimits)[]
  return Object.fromEntries(
    names.filter((name) => lent[name] !== LENT_LIMITS[name]).map((name) => [name, lent[name]]),
  )
}

/** Holdings and jobs as lists; their fields are checked by the current schema. */
const WorkOf3 = z.object({
  jobs: z.array(z.looseObject({ manifest: z.looseObject({ job_id: JobId }) })),
  holdings: z.array(z.looseObject({ requester: PeerId, job: JobId })),
})

/** A state of version 3: one list of fields, some of them younger than the oldest states. */
const StateOf3 = WorkOf3.extend({
  ...{ me: z.unknown(), name: z.unknown(), epoch: z.unknown() },
  ...{ awardsMade: z.unknown(), records: z.unknown() },
  ...{ doneFor: z.unknown().default([]), history: z.unknown() },
  contacts: z.array(z.looseObject({ peer_id: PeerId })),
  invites: z.unknown(),
  incomingPairs: z.unknown().default([]),
  outgoingPairs: z.unknown().default([]),
  blocked: z.unknown().default([]),
  availability: z.unknown(),
  lent: z.unknown().default(LENT_LIMITS),
  pause: z.unknown(),
  rules: z.unknown().default(PAUSE_RULES),
  overrides: z.unknown().default([]),
  limits: z.unknown().default(SHARING_LIMITS),
})

function stateByRole(value: unknown): unknown {
  const parsed = StateOf3.safeParse(value)
  // The current schema says what is wrong.
  if (!parsed.success) return value
  const { me, name, epoch, ...state } = parsed.data
  const { jobs, holdings } = byKey(state)
  const { awardsMade, records, doneFor, history } = state
  const { invites, incomingPairs, outgoingPairs, blocked } = state
  const { availability, lent, pause, rules, overrides, limits } = state
  const contacts = state.contacts.map((contact) => [contact.peer_id, contact])
  return {
    ...{ me, name, epoch, policy: POLICY },
    requester: { awardsMade, jobs, records },
    provider: { holdings, doneFor, history },
    pairing: { contacts, invites, incomingPairs, outgoingPairs, blocked },
    sharing: { availability, lent, ...(pause === undefined ? {} : { pause }), rules, overrides, limits },
  }
}

function workByKey(value: unknown): unknown {
  const parsed = WorkOf3.safeParse(value)
  return parsed.success ? byKey(parsed.data) : value
}

function byKey({ jobs, holdings }: z.infer<typeof WorkOf3>) {
  return {
    jobs: jobs.map((job) => [
      job.manifest.job_id,
      { backups: 0, pausedMs: 0, verification: POLICY.verification, ...job },
    ]),
    holdings: holdings.map((holding) => [holdingKey(holding.requester, holding.job), holding]),
  }
}
