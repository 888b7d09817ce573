import { describe, expect, test } from 'vitest'
import { moduleRules } from '../protocol/job-kinds/module.ts'
import { LENT_LIMITS, UnitLimits } from '../protocol/unit-limits.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { JobId } from '../protocol/ids.ts'
import {
  awardOf,
  commitmentOf,
  createBrain,
  JOB,
  manifestCidOf,
  manifestOf,
  ME,
  NOON,
  ofKind,
  peerOf,
  SLOT,
  submit,
  type Brain,
} from './brain.fixture.ts'
import { notLent } from './lending.ts'
import { admitAward } from './admission.ts'
import { composeCommitment } from './publishing.ts'

const ANN = peerOf('A')

/** A job of a module whose units may use so much. */
function moduleJob(requester: typeof ANN, limits: Partial<UnitLimits>): JobManifest {
  return manifestOf({
    requester_id: requester,
    algorithm_id: moduleRules.id,
    algorithm_version: moduleRules.version,
    params: {},
    limits: UnitLimits.parse(limits),
    required_resources: { cpu_cores: 1, ram_gb: 4 },
  })
}

/** A peer that shares around the clock and runs modules. */
function sharing(contacts: Readonly<Record<string, number>> = {}): Brain {
  const brain = createBrain(contacts)
  const { id: algorithm_id, version } = moduleRules
  const capability = { algorithm_id, version, supported: true, performance_score: 1, limits: LENT_LIMITS }
  const { resources, priority } = SLOT
  brain.happens(
    { kind: 'availability-set', at_ms: NOON, availability: { kind: 'always', resources, priority } },
    { kind: 'capabilities-measured', at_ms: NOON, algorithms: [capability] },
  )
  return brain
}

/** The jobs that a peer offers to work on now. */
function offered(brain: Brain): JobId[] {
  brain.happens({ kind: 'allocate', at_ms: NOON })
  return brain.state.view.ownOffers.map(({ jobId }) => jobId)
}

describe('what a peer lends to modules', () => {
  test.each(Object.keys(LENT_LIMITS) as (keyof UnitLimits)[])('[W14] bounds %s', (limit) => {
    const lent = { ...LENT_LIMITS, [limit]: 100 }
    expect(notLent(moduleJob(ANN, { [limit]: 100 }), { ...LENT_LIMITS, ...lent })).toBeUndefined()
    const above = notLent(moduleJob(ANN, { [limit]: 101 }), lent)
    expect(above).toMatch(/^a unit may use 101 [a-z ]+, and 100 are lent$/)
  })

  test('[W14] does not concern algorithms of our own, whose jobs set no limits', () => {
    expect(notLent(manifestOf({ params: { limits: { fuel: 1e15 } } }), LENT_LIMITS)).toBeUndefined()
  })

  test('[W38] a job of a limited algorithm without limits is neither offered for nor run', () => {
    const brain = sharing({ [ANN]: 1 })
    const { limits: _limits, ...manifest } = moduleJob(ANN, {})
    brain.happens(
      { kind: 'commitment', at_ms: NOON, commitment: commitmentOf(ANN, NOON, { jobs: [manifest] }) },
      { kind: 'manifest', at_ms: NOON, cid: manifestCidOf(JOB), manifest },
    )
    expect(offered(brain)).toEqual([])
  })

  test.each([
    [{ runner: 'gpu' }, /^the units need the runner 'gpu', which this version does not have$/],
    [
      { comparator: { name: 'image', rmse_max: 0.1, ssim_min: 0.9 } },
      /^the outputs are compared by 'image', which this version does not know$/,
    ],
    [{ comparator: 'ssim' }, /^the outputs are compared by 'ssim', which this version does not know$/],
  ])('[W39] a job with %o, which is of a newer version, is not taken', (later, line) => {
    const brain = sharing({ [ANN]: 1 })
    const manifest = { ...moduleJob(ANN, {}), ...later }
    expect(notLent(manifest, LENT_LIMITS)).toMatch(line)
    brain.happens({ kind: 'manifest', at_ms: NOON, cid: manifestCidOf(JOB), manifest })
    expect(admitAward(brain.state, ANN, awardOf([0]), NOON)).toMatchObject({
      ok: false,
      fault: { kind: 'quota-exceeded' },
    })
  })

  test('[W39] the runner and the comparator of today may be named', () => {
    const named = { ...moduleJob(ANN, {}), runner: 'cpu', comparator: 'exact-hash' }
    expect(notLent(named, LENT_LIMITS)).toBeUndefined()
  })

  test('[W14] a unit that may use more memory than it asks for would not fit where it is put', () => {
    const required_resources = { cpu_cores: 1, ram_gb: 0.1 }
    const manifest = { ...moduleJob(ANN, { memory_pages: 1_639 }), required_resources }
    expect(notLent(manifest, LENT_LIMITS)).toMatch(/^a unit may use 1639 pages .* asks for 0.1 GB$/)
    const within = { ...moduleJob(ANN, { memory_pages: 1_638 }), required_resources }
    expect(notLent(within, LENT_LIMITS)).toBeUndefined()
  })

  test('[W14] what a job asks for by default is lent by default', () => {
    expect(notLent(moduleJob(ANN, UnitLimits.parse({})), LENT_LIMITS)).toBeUndefined()
  })

  test('[W14] a job above it is offered for when it is raised, and not before, the peer’s own too', () => {
    const own = sharing()
    submit(own, moduleJob(ME, { fuel: 5e14 }))
    const other = sharing({ [ANN]: 1 })
    const manifest = moduleJob(ANN, { fuel: 5e14 })
    other.happens(
      { kind: 'commitment', at_ms: NOON, commitment: commitmentOf(ANN, NOON, { jobs: [manifest] }) },
      { kind: 'manifest', at_ms: NOON, cid: manifestCidOf(JOB), manifest },
    )
    for (const brain of [own, other]) {
      expect(offered(brain)).toEqual([])
      const limits = { ...LENT_LIMITS, fuel: 5e14 }
      const effects = brain.happens({ kind: 'lending-set', at_ms: NOON, limits })
      expect(ofKind(effects, 'allocation-due')).toHaveLength(1)
      expect(offered(brain)).toEqual([JOB])
    }
  })

  test('[W14] an award of more is refused before it is journaled', () => {
    const brain = sharing({ [ANN]: 1 })
    const manifest = moduleJob(ANN, { memory_pages: 65_536 })
    const cid = manifestCidOf(JOB)
    brain.happens({ kind: 'manifest', at_ms: NOON, cid, manifest })
    expect(admitAward(brain.state, ANN, awardOf([0]), NOON)).toMatchObject({
      ok: false,
      fault: { kind: 'quota-exceeded' },
    })
  })

  test('[W14] is published with the capability, so that a requester knows why no provider offers', () => {
    const brain = sharing()
    const limits = { ...LENT_LIMITS, fuel: 123 }
    brain.happens({ kind: 'lending-set', at_ms: NOON, limits })
    const [slot] = composeCommitment(brain.state, NOON).availability_slots
    expect(slot?.algorithms).toMatchObject([{ algorithm_id: moduleRules.id, limits }])
  })
})
