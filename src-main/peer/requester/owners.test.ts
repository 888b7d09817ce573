import { describe, expect, test } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import {
  answer,
  attemptsOf,
  createBrain,
  heldBy,
  JOB,
  manifestOf,
  ME,
  NOON,
  offer,
  peerOf,
  receiptOf,
  submit,
  type Brain,
} from '../brain.fixture.ts'

const [ANN, BOB, CY] = [peerOf('A'), peerOf('B'), peerOf('C')]
const TWICE = manifestOf({ verification_redundancy: 2 })

/** A brain whose contacts have these owners. */
function owned(owners: Readonly<Record<PeerId, PeerId>>, own?: PeerId): Brain {
  const brain = createBrain({ [ANN]: 0.8, [BOB]: 0.8, [CY]: 0.8 })
  const { contacts } = brain.state.pairing
  for (const [peer, owner] of Object.entries(owners) as [PeerId, PeerId][])
    contacts.set(peer, { ...contacts.get(peer)!, owner })
  if (own !== undefined) brain.state.pairing.owner = own
  return brain
}

const holders = (brain: Brain) => attemptsOf(brain).map(({ peer }) => peer)

describe('[J10] peers of one proven owner', () => {
  test('never check each other, however long a unit waits', () => {
    const brain = owned({ [ANN]: ANN, [BOB]: ANN })
    submit(brain, TWICE)
    offer(brain, TWICE, [ANN, BOB])
    expect(holders(brain)).toHaveLength(1)
    for (let seconds = 10; seconds <= 120; seconds += 10) {
      offer(brain, TWICE, [ANN, BOB], NOON + seconds * 1_000)
      brain.happens({ kind: 'tick', at_ms: NOON + seconds * 1_000 + 500 })
    }
    expect(new Set(holders(brain).map((peer) => (peer === CY ? CY : ANN)))).toEqual(new Set([ANN]))
    const live = attemptsOf(brain).filter(({ status }) => status.state === 'awarded')
    expect(live.length).toBeLessThanOrEqual(1)
    offer(brain, TWICE, [CY], NOON + 130_000)
    expect(heldBy(brain, CY)).toBeDefined()
  })

  test('do so where no owner is known, and compute alone what no other peer checks', () => {
    const brain = owned({ [ANN]: ANN })
    submit(brain, TWICE)
    offer(brain, TWICE, [ANN, BOB])
    expect(new Set(holders(brain))).toEqual(new Set([ANN, BOB]))
    const alone = owned({ [ANN]: ANN, [BOB]: ANN })
    const once = manifestOf({ unit_count: 2 })
    submit(alone, once)
    offer(alone, once, [ANN, BOB], NOON, { lanes: 1, units: 1 })
    expect([...holders(alone), ...attemptsOf(alone, 1).map(({ peer }) => peer)]).toHaveLength(2)
  })

  test('are no checkers of the requester’s own computer either', () => {
    const brain = owned({ [ANN]: BOB }, BOB)
    submit(brain, TWICE)
    offer(brain, TWICE, [ANN])
    expect(holders(brain)).toEqual([ANN])
    offer(brain, TWICE, [ME, BOB], NOON + 10_000)
    expect(holders(brain)).toEqual([ANN, BOB])
  })

  test('are not asked for a result that they have, while another of them has a part in the unit', () => {
    const brain = owned({ [ANN]: ANN, [BOB]: ANN })
    submit(brain, TWICE)
    offer(brain, TWICE, [ANN])
    const attempt = heldBy(brain, ANN)!
    const lost = [{ job_id: JOB, unit_index: 0, attempt }]
    brain.happens(
      { kind: 'disconnected', at_ms: NOON + 1_900, peer: ANN },
      { kind: 'attempts-lost', at_ms: NOON + 2_000, reason: 'disconnected', lost },
    )
    offer(brain, TWICE, [BOB], NOON + 20_000)
    expect(heldBy(brain, BOB)).toBeDefined()
    brain.happens({ kind: 'connected', at_ms: NOON + 21_500, peer: ANN })
    answer(brain, ANN, [receiptOf(attempt, 'right')], NOON + 22_000)
    brain.happens({ kind: 'tick', at_ms: NOON + 23_000 })
    expect(heldBy(brain, ANN)).toBeUndefined()
  })
})
