import { describe, expect, test } from 'vitest'
import { LENT_LIMITS, ModuleLimits, WASM_MODULE } from '../protocol/job-kinds/module.ts'
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
import { askedAboveLent } from './lending.ts'
import { admitAward } from './admission.ts'
import { composeCommitment } from './publishing.ts'

const ANN = peerOf('A')

/** A job of a module whose units may use so much. */
function moduleJob(requester: typeof ANN, limits: Partial<ModuleLimits>): JobManifest {
  return manifestOf({
    requester_id: requester,
    algorithm_id: WASM_MODULE.id,
    algorithm_version: WASM_MODULE.version,
    params: { limits },
    required_resources: { cpu_cores: 1, ram_gb: 4 },
  })
}

/** A peer that shares around the clock and runs modules. */
function sharing(contacts: Readonly<Record<string, number>> = {}): Brain {
  const brain = createBrain(contacts)
  const { id: algorithm_id, version } = WASM_MODULE
  const capability = { algorithm_id, version, supported: true, performance_score: 1 }
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
  test.each(Object.keys(LENT_LIMITS) as (keyof ModuleLimits)[])('[W14] bounds %s', (limit) => {
    const lent = { ...LENT_LIMITS, [limit]: 100 }
    expect(askedAboveLent(moduleJob(ANN, { [limit]: 100 }), { ...LENT_LIMITS, ...lent })).toBeUndefined()
    const above = askedAboveLent(moduleJob(ANN, { [limit]: 101 }), lent)
    expect(above).toMatch(/^a unit may use 101 [a-z ]+, and 100 are lent$/)
  })

  test('[W14] is no matter to what is no module, and what cannot be read is above it', () => {
    expect(askedAboveLent(manifestOf({ params: { limits: { fuel: 1e15 } } }), LENT_LIMITS)).toBeUndefined()
    expect(askedAboveLent({ ...moduleJob(ANN, {}), params: { limits: 'all' } }, LENT_LIMITS)).toBeDefined()
  })

  test('[W14] a unit that may use more memory than it asks for would not fit where it is put', () => {
    const required_resources = { cpu_cores: 1, ram_gb: 0.1 }
    const manifest = { ...moduleJob(ANN, { memory_pages: 1_639 }), required_resources }
    expect(askedAboveLent(manifest, LENT_LIMITS)).toMatch(/^a unit may use 1639 pages .* asks for 0.1 GB$/)
    const within = { ...moduleJob(ANN, { memory_pages: 1_638 }), required_resources }
    expect(askedAboveLent(within, LENT_LIMITS)).toBeUndefined()
  })

  test('[W14] what a job asks for by default is lent by default', () => {
    expect(askedAboveLent(moduleJob(ANN, ModuleLimits.parse({})), LENT_LIMITS)).toBeUndefined()
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

  test('[W14] is published with the capability, so that a requester knows why nobody offers', () => {
    const brain = sharing()
    const limits = { ...LENT_LIMITS, fuel: 123 }
    brain.happens({ kind: 'lending-set', at_ms: NOON, limits })
    const [slot] = composeCommitment(brain.state, NOON).availability_slots
    expect(slot?.algorithms).toMatchObject([{ algorithm_id: WASM_MODULE.id, limits }])
  })
})
