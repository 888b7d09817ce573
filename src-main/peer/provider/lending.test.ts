import { describe, expect, test } from 'vitest'
import { moduleRules } from '../../protocol/job-kinds/module.ts'
import { LENT_LIMITS, UnitLimits, WALL_MS_MAX } from '../../protocol/unit-limits.ts'
import { type JobManifest, unitOfManifest } from '../../protocol/work.ts'
import type { JobId } from '../../protocol/ids.ts'
import { renderRules } from '../../protocol/job-kinds/render.ts'
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
} from '../brain.fixture.ts'
import { notLent } from './lending.ts'
import { admitAward } from '../admission.ts'
import { composeCommitment } from '../publishing.ts'
import { boundsOf } from './unit-bounds.ts'

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

  test('[W41] at its defaults refuses no unit of our own algorithms, whose jobs set no limits', () => {
    expect(notLent(manifestOf({ params: { limits: { fuel: 1e15 } } }), {})).toBeUndefined()
    const largest = manifestOf({
      required_resources: { cpu_cores: 1, ram_gb: 64 },
      estimated_duration_seconds: 24 * 3_600,
      input_bytes: { scene: 2 ** 40 },
    })
    expect(notLent(largest, {})).toBeUndefined()
    expect(notLent(largest, { log_bytes: 1 })).toBeUndefined()
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
      { comparator: { name: 'wavelet', level: 3 } },
      /^the outputs are compared by 'wavelet', which this version does not know$/,
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

  test.each<JobManifest['comparator']>([
    'exact-hash',
    { name: 'exact-hash' },
    { name: 'image', rmse_max: 0.1, ssim_min: 0.9 },
    { name: 'numeric-tolerance', element: 'f32', absolute: 0, relative: 1e-6, outliers: 0 },
    { name: 'module', cid: manifestCidOf(JOB) },
  ])('[W39] [V6] the runner of today may be named, and the comparator %o', (comparator) => {
    const named = { ...moduleJob(ANN, {}), runner: 'cpu', ...(comparator && { comparator }) }
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

describe('what a user lends to units of our own algorithms', () => {
  /** A unit that asks for a gigabyte beside its worker, takes ten seconds, and reads a megabyte in two files. */
  const own = manifestOf({
    requester_id: ANN,
    algorithm_id: renderRules.id,
    algorithm_version: renderRules.version,
    required_resources: { cpu_cores: 1, ram_gb: 1.1875 },
    estimated_duration_seconds: 10,
    input_bytes: { scene: 400_000, geometry: 600_000 },
  })

  /** A peer that shares around the clock and renders. */
  function renderer(contacts: Readonly<Record<string, number>> = {}): Brain {
    const brain = createBrain(contacts)
    const { id: algorithm_id, version } = renderRules
    const capability = { algorithm_id, version, supported: true, performance_score: 1 }
    const { resources, priority } = SLOT
    brain.happens(
      { kind: 'availability-set', at_ms: NOON, availability: { kind: 'always', resources, priority } },
      { kind: 'capabilities-measured', at_ms: NOON, algorithms: [capability] },
    )
    return brain
  }

  const ASKED = [
    ['fuel', 32_000_000_000_000],
    ['memory_pages', 16_384],
    ['input_bytes', 1_000_000],
    ['wall_ms', 500_000],
  ] as const

  test.each(ASKED)('[W41] bounds %s as of a module', (limit, asked) => {
    expect(notLent(own, { [limit]: asked })).toBeUndefined()
    const most = asked - 1
    expect(notLent(own, { [limit]: most })).toMatch(
      new RegExp(`^a unit may use ${asked} [a-z ]+, and ${most} are lent$`),
    )
  })

  test('[W41] a limit that the user set binds where it is as large as the default, and a default does not', () => {
    const large = manifestOf({ ...own, required_resources: { cpu_cores: 1, ram_gb: 4 } })
    expect(notLent(large, {})).toBeUndefined()
    expect(notLent(large, { memory_pages: LENT_LIMITS.memory_pages })).toMatch(
      /^a unit may use \d+ pages of memory, and 16384 are lent$/,
    )
  })

  test('[W41] asks of every unit as much fuel as of a module that names none, and five minutes', () => {
    const small = manifestOf({ estimated_duration_seconds: 0.001 })
    expect(boundsOf(small)).toMatchObject({ fuel: UnitLimits.parse({}).fuel, wall_ms: 300_000 })
    expect(boundsOf(manifestOf({ estimated_duration_seconds: 604_800 }))).toMatchObject({
      fuel: Number.MAX_SAFE_INTEGER,
      wall_ms: WALL_MS_MAX,
    })
  })

  test.each(ASKED)('[W41] a unit that asks for more %s is neither offered for nor taken', (limit, asked) => {
    const brain = renderer({ [ANN]: 1 })
    const cid = manifestCidOf(JOB)
    const limits = { [limit]: asked - 1 }
    brain.happens(
      { kind: 'commitment', at_ms: NOON, commitment: commitmentOf(ANN, NOON, { jobs: [own] }) },
      { kind: 'manifest', at_ms: NOON, cid, manifest: own },
      { kind: 'lending-set', at_ms: NOON, limits },
    )
    expect(offered(brain)).toEqual([])
    expect(admitAward(brain.state, ANN, awardOf([0]), NOON)).toMatchObject({
      ok: false,
      fault: { kind: 'quota-exceeded', message: expect.stringContaining('are lent') as string },
    })
    brain.happens({ kind: 'lending-set', at_ms: NOON, limits: { [limit]: asked } })
    expect(offered(brain)).toEqual([JOB])
    expect(admitAward(brain.state, ANN, awardOf([0]), NOON)).toMatchObject({ ok: true })
  })

  test('[W41] a request that writes its units out is not offered for either', () => {
    const brain = renderer({ [ANN]: 1 })
    const commitment = commitmentOf(ANN, NOON, { jobs: [own] })
    const work_requests = commitment.work_requests.map((request) => ({
      ...request,
      work_units: [unitOfManifest(own, 0)],
    }))
    const ask = { kind: 'commitment', at_ms: NOON, commitment: { ...commitment, work_requests } } as const
    brain.happens({ kind: 'lending-set', at_ms: NOON, limits: { wall_ms: 499_999 } }, ask)
    expect(offered(brain)).toEqual([])
    brain.happens({ kind: 'lending-set', at_ms: NOON, limits: {} })
    expect(offered(brain)).toEqual([JOB])
  })

  test('[W41] the peer’s own jobs too', () => {
    const brain = renderer()
    brain.happens({ kind: 'lending-set', at_ms: NOON, limits: { memory_pages: 16_383 } })
    submit(brain, { ...own, requester_id: ME })
    expect(offered(brain)).toEqual([])
    brain.happens({ kind: 'lending-set', at_ms: NOON, limits: {} })
    expect(offered(brain)).toEqual([JOB])
  })

  test('[W41] is published with the capability as far as it is set', () => {
    const brain = renderer()
    const published = () => composeCommitment(brain.state, NOON).availability_slots[0]?.algorithms[0]
    expect(published()).not.toHaveProperty('lent')
    brain.happens({ kind: 'lending-set', at_ms: NOON, limits: { wall_ms: 60_000 } })
    expect(published()).toMatchObject({ algorithm_id: renderRules.id, lent: { wall_ms: 60_000 } })
    expect(published()).not.toHaveProperty('limits')
  })

  test('[W28] a job whose units take more than a day is neither offered for nor taken', () => {
    const brain = renderer({ [ANN]: 1 })
    const manifest = { ...own, estimated_duration_seconds: 24 * 3_600 + 1 }
    brain.happens(
      { kind: 'commitment', at_ms: NOON, commitment: commitmentOf(ANN, NOON, { jobs: [manifest] }) },
      { kind: 'manifest', at_ms: NOON, cid: manifestCidOf(JOB), manifest },
    )
    expect(offered(brain)).toEqual([])
    const message = 'a unit takes 86401 s by its estimate, and none may run for more than 86400 s'
    expect(admitAward(brain.state, ANN, awardOf([0]), NOON)).toMatchObject({ ok: false, fault: { message } })
  })
})
