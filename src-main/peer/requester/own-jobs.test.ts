import { describe, expect, test } from 'vitest'
import {
  commitmentOf,
  createBrain,
  JOB,
  manifestCidOf,
  manifestOf,
  ME,
  NOON,
  ofKind,
  peerOf,
  submit,
  type Brain,
} from '../brain.fixture.ts'
import type { Availability } from '../sharing/slice.ts'
import { composeCommitment } from '../publishing.ts'

const ANN = peerOf('A')
const ECHO = { algorithm_id: 'test.echo', version: '1.0.0', supported: true, performance_score: 1 }
const EIGHT = { resources: { cpu_cores: 8, ram_gb: 16 }, lendsPartOfCores: true }
const FOUR: Availability = { kind: 'always', resources: { cpu_cores: 4, ram_gb: 8 }, priority: 0.5 }

/** A peer on a machine of eight cores that shares so much of it. */
function peer(availability: Availability): Brain {
  const brain = createBrain({ [ANN]: 1 })
  brain.happens(
    { kind: 'availability-set', at_ms: NOON, availability },
    { kind: 'capabilities-measured', at_ms: NOON, algorithms: [ECHO], machine: EIGHT },
  )
  return brain
}

/** Lets the peer match work to what it has, long enough for first awards. */
function match(brain: Brain) {
  return [0, 100, 200].flatMap((passed) => brain.happens({ kind: 'allocate', at_ms: NOON + passed }))
}

/** Lanes that the peer's newest plan offers a requester. */
function offered(brain: Brain, requester: string): number {
  return brain.state.view.ownOffers
    .filter((one) => one.requester === requester)
    .reduce((sum, { lanes }) => sum + lanes, 0)
}

describe('[A19] a peer works on its own jobs', () => {
  test.each<[string, Brain]>([
    ['when nothing is shared', peer({ kind: 'never' })],
    ['while sharing is paused', peer(FOUR)],
    ['while a rule pauses', peer(FOUR)],
  ])('%s', (why, brain) => {
    if (why.includes('sharing')) brain.happens({ kind: 'sharing-paused', at_ms: NOON, finish_first: false })
    if (why.includes('rule'))
      brain.happens({ kind: 'machine-sampled', at_ms: NOON, sample: { metered: true } })
    submit(brain, manifestOf({ unit_count: 8 }))
    const effects = match(brain)
    expect(ofKind(effects, 'send-award').map(({ to, award }) => [to, award.units.length])).toEqual([[ME, 8]])
    expect(composeCommitment(brain.state, NOON).availability_slots).toEqual([])
  })

  test('with the whole machine, in a slot that is not published', () => {
    const brain = peer(FOUR)
    submit(brain, manifestOf({ unit_count: 100 }))
    const effects = match(brain)
    expect(offered(brain, ME)).toBe(8)
    for (const { allocation } of ofKind(effects, 'publish-allocation')) {
      expect(allocation.slot_assignments).toEqual([])
    }
    expect(JSON.stringify(composeCommitment(brain.state, NOON))).not.toContain('"own"')
  })

  test('until it is measured it waits', () => {
    const brain = createBrain()
    submit(brain, manifestOf())
    expect(ofKind(match(brain), 'send-award')).toEqual([])
  })
})

describe('[A20] own jobs come before others’', () => {
  function both(ownUnits: number, cores = 1): Brain {
    const brain = peer(FOUR)
    const job_id = `${JOB}-of-ann` as typeof JOB
    const manifest = manifestOf({ job_id, requester_id: ANN, unit_count: 400 })
    const commitment = commitmentOf(ANN, NOON, { trust: { [ME]: 1 }, jobs: [manifest] })
    brain.happens(
      { kind: 'commitment', at_ms: NOON, commitment },
      { kind: 'manifest', at_ms: NOON, cid: manifestCidOf(job_id), manifest },
    )
    const required_resources = { cpu_cores: cores, ram_gb: 0.1 }
    if (ownUnits > 0) submit(brain, manifestOf({ unit_count: ownUnits, required_resources }))
    brain.happens({ kind: 'allocate', at_ms: NOON })
    return brain
  }

  test('they take first what is not shared, so that few of them leave all that is', () => {
    expect([offered(both(0), ANN), offered(both(4), ANN)]).toEqual([4, 4])
  })

  test('many of them leave nothing', () => {
    expect(offered(both(100), ANN)).toBe(0)
  })

  test('six of eight cores leave two of the four that are shared', () => {
    expect(offered(both(6), ANN)).toBe(2)
  })
})
