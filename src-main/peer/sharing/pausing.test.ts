import { describe, expect, test } from 'vitest'
import { PAUSE_RULES } from '../../protocol/pause-rule.ts'
import { WEEK_BLOCKS_MAX, type WeekPlan } from '../../protocol/sharing-plan.ts'
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
} from '../brain.fixture.ts'
import type { Brain } from '../brain.fixture.ts'
import { encodeState, decodeState } from '../codec.ts'
import type { Availability } from './slice.ts'
import type { PeerEvent } from '../event.ts'
import { admitAward } from '../admission.ts'
import { composeCommitment } from '../publishing.ts'
import { hoursAt, sharingNow } from './sharing-view.ts'
import { initialState } from '../state.ts'

const ANN = peerOf('A')
const HOUR = 3_600_000
const RESOURCES = { cpu_cores: 4, ram_gb: 8 }
const ECHO = { algorithm_id: 'test.echo', version: '1.0.0', supported: true, performance_score: 1 }
const RENDER = { ...ECHO, algorithm_id: 'render.path-trace' }

const ALWAYS: Availability = { kind: 'always', resources: RESOURCES, priority: 0.5 }

/** A peer that shares around the clock, with a contact whose job it may work on. */
function provider(availability: Availability = ALWAYS): Brain {
  const brain = createBrain({ [ANN]: 1 })
  const manifest = manifestOf({ requester_id: ANN, unit_count: 8 })
  const commitment = commitmentOf(ANN, NOON, { trust: { [ME]: 1 }, jobs: [manifest] })
  brain.happens(
    { kind: 'availability-set', at_ms: NOON, availability },
    { kind: 'capabilities-measured', at_ms: NOON, algorithms: [ECHO, RENDER] },
    { kind: 'commitment', at_ms: NOON, commitment },
    { kind: 'manifest', at_ms: NOON, cid: manifestCidOf(JOB), manifest },
    { kind: 'allocate', at_ms: NOON },
  )
  return brain
}

const awarded = (units: number[], from = ANN): PeerEvent => ({
  kind: 'award-received',
  at_ms: NOON,
  from,
  award: awardOf(units, { due_in_ms: 2 * HOUR }),
})

const sampled = (sample: object, at_ms = NOON): PeerEvent => ({ kind: 'machine-sampled', at_ms, sample })

const pause = (finish_first = false, until_ms?: number): PeerEvent => ({
  kind: 'sharing-paused',
  at_ms: NOON,
  finish_first,
  ...(until_ms === undefined ? {} : { until_ms }),
})

/** Slots that others see. */
const published = (brain: Brain, atMs = NOON) => composeCommitment(brain.state, atMs).availability_slots

/** The sharing state that the peer reports. */
const told = (brain: Brain, atMs = NOON) => sharingNow(brain.state, hoursAt(brain.state, atMs), atMs)

describe('[A10] a pause', () => {
  test('publishes no slots, offers nothing and refuses awards with a reason', () => {
    const brain = provider()
    const offered = () => brain.state.view.ownOffers
    expect(offered()).toMatchObject([{ requester: ANN, lanes: 4 }])
    expect(published(brain)).toHaveLength(2)
    const effects = brain.happens(pause())
    expect(effects.map(({ kind }) => kind)).toEqual(['commitment-changed', 'allocation-due'])
    expect(published(brain)).toEqual([])
    const [news] = ofKind(brain.happens({ kind: 'allocate', at_ms: NOON }), 'publish-allocation')
    expect(news?.allocation).toMatchObject({ slot_assignments: [], total_work_units_assigned: 0 })
    expect(offered()).toEqual([])
    expect(admitAward(brain.state, ANN, awardOf([0]), NOON)).toEqual({
      ok: false,
      fault: { kind: 'too-busy', message: 'its user has paused sharing' },
    })
    brain.happens({ kind: 'sharing-resumed', at_ms: NOON })
    expect(published(brain)).toHaveLength(2)
    expect(admitAward(brain.state, ANN, awardOf([0]), NOON).ok).toBe(true)
  })

  test('stops what others have here and hands it back, and leaves own units alone', () => {
    const brain = provider()
    brain.happens(awarded([0, 1, 2]), awarded([0], ME))
    const effects = brain.happens(pause())
    expect(ofKind(effects, 'stop-units')).toEqual([
      { kind: 'stop-units', requester: ANN, job: JOB, units: [0, 1, 2] },
    ])
    expect(ofKind(effects, 'send-hand-back')).toMatchObject([
      { to: ANN, job: JOB, units: [0, 1, 2].map((unit_index) => ({ unit_index, attempt: 1 })) },
    ])
  })

  test('[A21] so does the end of the program, whatever is shared, and own units are left to the next start', () => {
    const brain = provider()
    brain.happens(awarded([0, 1]), awarded([0], ME))
    const effects = brain.happens({ kind: 'leaving', at_ms: NOON })
    expect(ofKind(effects, 'send-hand-back')).toMatchObject([{ to: ANN, reason: 'it is being switched off' }])
    expect(ofKind(effects, 'stop-units').map(({ requester }) => requester)).toEqual([ANN])
    expect(admitAward(brain.state, ANN, awardOf([2]), NOON).ok).toBe(false)
    expect(published(brain)).toEqual([])
  })

  test('does not hand back what is done', () => {
    const brain = provider()
    const metrics = { wall_ms: 1, cpu_ms: 1, peak_memory_bytes: 0, input_bytes: 0, output_bytes: 0 }
    const receipt = {
      unit_index: 0,
      attempt: 1,
      outcome: { kind: 'output' as const, cid: manifestCidOf('x'), metrics },
    }
    brain.happens(awarded([0, 1]), {
      kind: 'units-ran',
      at_ms: NOON,
      requester: ANN,
      job_id: JOB,
      receipts: [receipt],
    })
    expect(ofKind(brain.happens(pause()), 'send-hand-back')[0]?.units).toEqual([
      { unit_index: 1, attempt: 1 },
    ])
  })

  test('that finishes first runs what is here, takes nothing new, and is a pause when nothing is left', () => {
    const brain = provider()
    brain.happens(awarded([0]))
    expect(ofKind(brain.happens(pause(true), { kind: 'tick', at_ms: NOON }), 'stop-units')).toEqual([])
    expect(told(brain)).toEqual({ kind: 'finishing', since_ms: NOON })
    expect(admitAward(brain.state, ANN, awardOf([1]), NOON).ok).toBe(false)
    brain.happens({ kind: 'withdrawn', at_ms: NOON, from: ANN, job_id: JOB })
    expect(told(brain)).toEqual({ kind: 'paused-by-user', since_ms: NOON })
  })

  test('ends at its time by the tick, and a restart does not end it', () => {
    const brain = provider()
    brain.happens(pause(false, NOON + HOUR))
    const restored = decodeState(encodeState(brain.state))
    if (!restored.ok) throw new Error(restored.fault.message)
    const again = createBrain({}, restored.value)
    expect(told(again, NOON + HOUR - 1)).toEqual({
      kind: 'paused-by-user',
      since_ms: NOON,
      until_ms: NOON + HOUR,
    })
    again.happens({ kind: 'tick', at_ms: NOON + HOUR })
    expect(again.state.sharing.pause).toBeUndefined()
    expect(again.journal.map(({ kind }) => kind)).toEqual(['sharing-resumed'])
  })

  test('an award that was on its way comes back at once', () => {
    const brain = provider()
    brain.happens(pause())
    const effects = brain.happens(awarded([5]))
    expect(ofKind(effects, 'run-units')).toEqual([])
    expect(ofKind(effects, 'send-hand-back')).toHaveLength(1)
  })
})

describe('[A11] a rule', () => {
  test('pauses and resumes with what the machine is doing, without telling others why', () => {
    const brain = provider()
    brain.happens(awarded([0]))
    const effects = brain.happens(sampled({ full_screen: true }))
    expect(ofKind(effects, 'stop-units')).toHaveLength(1)
    expect(ofKind(effects, 'send-hand-back')[0]?.reason).toBe('sharing is paused by a rule of its user')
    expect(told(brain)).toEqual({ kind: 'paused-by-rule', rule: 'full-screen', since_ms: NOON })
    expect(published(brain)).toEqual([])
    brain.happens(sampled({ full_screen: false }, NOON + 1_000))
    expect(told(brain)).toEqual({ kind: 'sharing' })
    expect(published(brain, NOON + 1_000)).toHaveLength(2)
  })

  test('can be overridden until its reason is over, which is remembered', () => {
    const brain = provider()
    brain.happens(sampled({ metered: true }))
    brain.happens({ kind: 'rule-overridden', at_ms: NOON, rule: 'metered', until_ms: NOON + 8 * HOUR })
    expect(told(brain)).toEqual({ kind: 'sharing' })
    brain.happens(sampled({ metered: false }, NOON + 1_000))
    expect(brain.journal.at(-1)).toEqual({ kind: 'override-ended', at_ms: NOON + 1_000, rule: 'metered' })
    brain.happens(sampled({ metered: true }, NOON + 2_000))
    expect(told(brain, NOON + 2_000).kind).toBe('paused-by-rule')
  })

  test('that is switched off or on counts at once', () => {
    const brain = provider()
    brain.happens(sampled({ on_battery: true }))
    const rules = { ...PAUSE_RULES, 'on-battery': { enabled: false } }
    brain.happens({ kind: 'rules-set', at_ms: NOON, rules })
    expect(told(brain)).toEqual({ kind: 'sharing' })
    brain.happens({ kind: 'rules-set', at_ms: NOON, rules: PAUSE_RULES })
    expect(told(brain).kind).toBe('paused-by-rule')
  })
})

describe('[A12] a painted week', () => {
  // The 21st of November 2026 is a Saturday; NOON is noon in UTC.
  const plan: WeekPlan = {
    time_zone: 'UTC',
    resources: RESOURCES,
    priority: 0.7,
    blocks: [
      { day: 5, start_minute: 11 * 60, minutes: 120 },
      { day: 5, start_minute: 20 * 60, minutes: 60, algorithms: ['render.path-trace'], priority: 1 },
    ],
    exceptions: [],
  }
  const WEEK: Availability = { kind: 'week', plan }

  test('is published as the slots of the next week, each with its own terms', () => {
    expect(published(provider(WEEK)).map((slot) => [slot.start_time.slice(0, 16), slot.priority])).toEqual([
      ['2026-11-21T11:00', 0.7],
      ['2026-11-21T20:00', 1],
      ['2026-11-28T11:00', 0.7],
      ['2026-11-28T20:00', 1],
    ])
    const [, evening] = published(provider(WEEK))
    expect(evening?.algorithms.map(({ algorithm_id }) => algorithm_id)).toEqual(['render.path-trace'])
  })

  test('takes awards within its hours, and hands back what is left when they are over', () => {
    const brain = provider(WEEK)
    expect(admitAward(brain.state, ANN, awardOf([0]), NOON).ok).toBe(true)
    brain.happens(awarded([0, 1]))
    expect(ofKind(brain.happens({ kind: 'tick', at_ms: NOON + HOUR - 1 }), 'stop-units')).toEqual([])
    const effects = brain.happens({ kind: 'tick', at_ms: NOON + HOUR })
    expect(ofKind(effects, 'send-hand-back')[0]?.reason).toBe('its hours of sharing are over')
    expect(told(brain, NOON + HOUR)).toEqual({ kind: 'outside-hours', next_ms: NOON + 8 * HOUR })
    expect(told(brain)).toEqual({ kind: 'sharing', until_ms: NOON + HOUR })
  })

  test('of half hours, each different, fits into what gossip carries', () => {
    const blocks = Array.from({ length: WEEK_BLOCKS_MAX }, (_, i) => ({
      day: Math.floor(i / 48),
      start_minute: (i % 48) * 30,
      minutes: 30,
      priority: (i % 2) / 2,
    }))
    const slots = published(provider({ kind: 'week', plan: { ...plan, blocks } }))
    expect(slots).toHaveLength(128)
    expect(JSON.stringify(slots).length).toBeLessThan(100_000)
  })
})

describe('[A13] limits', () => {
  test('make fewer cores, slower ones and less memory of what is shared', () => {
    const brain = provider()
    brain.happens({
      kind: 'capabilities-measured',
      at_ms: NOON,
      algorithms: [ECHO],
      machine: { resources: { cpu_cores: 8, ram_gb: 16 }, lendsPartOfCores: true },
    })
    brain.happens({ kind: 'limits-set', at_ms: NOON, limits: { cpu_percent: 60, ram_bytes: 2 ** 30 } })
    expect(published(brain)[0]).toMatchObject({
      resources: { cpu_cores: 3, ram_gb: 1 },
      algorithms: [{ performance_score: 2.4 / 3 }],
    })
  })
})

test('[P2] [A10] the journal alone rebuilds pause, rules, limits, overrides and what was handed back', () => {
  const brain = provider()
  brain.happens(
    awarded([0, 1]),
    sampled({ metered: true }),
    { kind: 'rule-overridden', at_ms: NOON, rule: 'metered', until_ms: NOON + HOUR },
    { kind: 'limits-set', at_ms: NOON, limits: { cpu_percent: 50 } },
    { kind: 'rules-set', at_ms: NOON, rules: { ...PAUSE_RULES, metered: { enabled: true } } },
    pause(false, NOON + HOUR),
  )
  const replayed = createBrain({}, initialState(ME, 'me'))
  replayed.happens(...brain.journal)
  expect(encodeState(replayed.state)).toEqual(encodeState(brain.state))
})
