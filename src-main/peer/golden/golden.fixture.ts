import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Policy } from '../../protocol/policy.ts'
import { lentLimits } from '../../protocol/unit-limits.ts'
import type { PeerState } from '../state.ts'

/** Drops what is there since version 5: in a snapshot of an older version it is not known. */
function asBefore5(key: string, value: unknown): unknown {
  if (key === 'returnedAtMs' || key === 'other_engine_ms') return undefined
  const isRejected =
    typeof value === 'object' && value !== null && 'state' in value && value.state === 'rejected'
  return isRejected ? { ...value, metrics: undefined } : value
}

/** Drops a part of the policy that records of version 7 may lack. */
function asOf7(key: string, value: unknown): unknown {
  return key === 'first_late_ms_min' ? undefined : value
}

/** A policy without the parts that it has since version 6. */
function policyBefore6({
  provider: _provider,
  requester: _requester,
  ...policy
}: Policy): Omit<Policy, 'provider' | 'requester'> {
  return policy
}

/**
 * The peer that a journal of a version describes, in a form that stays the same when the shape of the state changes. What is
 * remembered only since a later version is left out.
 */
export function summaryOf(state: PeerState, version: number): unknown {
  const { awardsMade, jobs, records, verdictsOwed } = state.requester
  const { holdings, doneFor, history, tally, unjudged } = state.provider
  const { contacts, incomingPairs, outgoingPairs, blocked, invites } = state.pairing
  const { availability, lent, pause, rules, overrides, limits } = state.sharing
  const { name, epoch } = state
  const policy = version < 6 ? policyBefore6(state.policy) : state.policy
  const summary = {
    ...{ name, epoch, policy, awardsMade, availability, pause, rules, limits, history },
    lent: version < 7 ? lentLimits(lent) : lent,
    overrides: [...overrides],
    contacts: [...contacts.values()],
    invites: [...invites],
    pairing: { incoming: [...incomingPairs], outgoing: [...outgoingPairs] },
    blocked: [...blocked],
    doneFor: [...doneFor],
    records: [...records],
    ...(version < 5
      ? {}
      : { tally, verdictsOwed: [...(verdictsOwed ?? [])], unjudged: [...(unjudged ?? [])] }),
    jobs: [...jobs.values()].map((job) => ({ ...job, units: [...job.units] })),
    holdings: [...holdings.values()].map((holding) => ({ ...holding, units: [...holding.units] })),
  }
  return JSON.parse(
    JSON.stringify(summary, (key, value: unknown) => asOf7(key, version < 5 ? asBefore5(key, value) : value)),
  )
}

/**
 * A journal as the version wrote it: all records, and a snapshot that stands for the first of them. Bytes are base64. The
 * summary is that of the version's own program, with manifests and what is learned since from the same records as they are read
 * today.
 */
export const Golden = z.strictObject({
  version: z.int(),
  records: z.array(z.base64()),
  snapshot: z.strictObject({ after: z.int(), parts: z.array(z.base64()) }),
  summary: z.unknown(),
})
export type Golden = z.infer<typeof Golden>

/** The file of a version's golden journal. */
export const goldenFile = (version: number): string => join(import.meta.dirname, `version-${version}.json`)

/** Every golden journal that is checked in, the oldest first. */
export function goldens(): Golden[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => /^version-\d+\.json$/.test(name))
    .map((name) => Golden.parse(JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'))))
    .sort((a, b) => a.version - b.version)
}
