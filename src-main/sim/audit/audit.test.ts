import { beforeEach, describe, expect, test } from 'vitest'
import {
  createBrain,
  JOB,
  manifestOf,
  ME,
  NOON,
  offerOf,
  peerOf,
  receiptOf,
  SLOT,
  submit,
  take,
  type Brain,
  awardOf,
} from '../../peer/brain.fixture.ts'
import type { DurableEvent, PeerEvent } from '../../peer/event.ts'
import type { AttemptState, JobState, UnitState } from '../../peer/requester/slice.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import { createProviderAudit, type ProviderAudit } from './audit-provider.ts'
import { createRequesterAudit, type RequesterAudit } from './audit-requester.ts'
import { Broken } from './broken.ts'
import type { Character } from '../character.ts'
import type { Process } from '../process/process.ts'
import type { PlannedPeer } from '../scenario.ts'
import { rightOutput } from '../process/truth.ts'

const [ANN, BOB, CARA, EVE] = [peerOf('A'), peerOf('B'), peerOf('C'), peerOf('E')]
const TWICE = manifestOf({ verification_redundancy: 2 })
const RIGHT = rightOutput(TWICE, 0)

const planned = (peer: typeof ANN, kind: Character['kind'] = 'honest'): PlannedPeer => ({
  peer,
  name: peer.slice(-1),
  character: { kind } as Character,
  machine: { cores: 4, score: 1, skewMs: 0 },
  joinsAtMs: 0,
  availability: { kind: 'never' },
})

/** A peer of another engine. */
const altered = (peer: typeof ANN): PlannedPeer => ({
  ...planned(peer),
  machine: { ...planned(peer).machine, engine: 'other' },
})

/** The rule that is reported, if any. */
function ruleOf(look: () => void): string | undefined {
  try {
    look()
    return undefined
  } catch (error) {
    if (error instanceof Broken) return error.rule
    throw error
  }
}

/** Something that happened to the job and says nothing of its units: the audit looks at all of them. */
const TOUCH: DurableEvent = { kind: 'job-resumed', at_ms: NOON, job_id: JOB }

/** A requester whose every turn is audited. */
interface Watched {
  readonly audit: RequesterAudit
  readonly brain: Brain
  readonly happens: (...events: PeerEvent[]) => void
  readonly job: () => JobState
  readonly unit: () => UnitState
  readonly attempt: (peer: typeof ANN) => AttemptState
}

/** A job of one unit that two peers have been given. */
function awarded(): Watched {
  const audit = createRequesterAudit([planned(ME), planned(ANN), planned(BOB), planned(CARA), altered(EVE)])
  const brain = createBrain({ [ANN]: 1, [BOB]: 1 })
  const watched: Watched = {
    audit,
    brain,
    happens(...events) {
      for (const event of events) {
        const from = brain.journal.length
        brain.happens(event)
        audit.turned(brain.state, brain.journal.slice(from) as DurableEvent[])
      }
    },
    job: () => brain.state.requester.jobs.get(JOB)!,
    unit: () => watched.job().units.get(0)!,
    attempt: (peer) => watched.unit().attempts.find((one) => one.peer === peer)!,
  }
  submit(brain, TWICE)
  for (const peer of [ANN, BOB]) {
    watched.happens({ kind: 'allocation', at_ms: NOON, allocation: offerOf(peer, TWICE, NOON) })
  }
  return watched
}

/** A peer's result: the unit's output, and its fuel. */
function says(watched: Watched, peer: typeof ANN, output: 'right' | 'wrong', fuel = RIGHT.fuel): PeerEvent {
  const receipt = receiptOf(watched.attempt(peer).attempt, output, 0, fuel)
  const right = { ...receipt, outcome: { ...receipt.outcome, cid: RIGHT.cid } } as ExecutionReceipt
  const receipts = [output === 'right' ? right : receipt]
  return { kind: 'results-received', at_ms: NOON + 1_100, from: peer, job_id: JOB, receipts }
}

/** The same after the first of the two has returned the right output. */
function returned(): Watched {
  const watched = awarded()
  watched.happens(says(watched, ANN, 'right'))
  return watched
}

/** The same after both have, and the output is verified, but not here yet. */
function verified(): Watched {
  const watched = returned()
  watched.happens(says(watched, BOB, 'right'))
  expect(watched.unit().verified?.cid).toBe(RIGHT.cid)
  return watched
}

/** The same at the end of the job. */
function done(): Watched {
  const watched = verified()
  watched.happens({ kind: 'outputs-stored', at_ms: NOON + 2_000, job_id: JOB, units: [0] })
  expect(watched.job().status.state).toBe('done')
  return watched
}

/** An attempt like another one, of its own number. */
const another = (one: AttemptState, changes: Partial<AttemptState>): AttemptState => ({ ...one, ...changes })

describe('the audit of requesters', () => {
  test('has nothing to say of an honest history, nor of a restart that loses nothing', () => {
    const { audit, brain } = done()
    expect(ruleOf(() => audit.restarted(brain.state))).toBeUndefined()
  })

  test.each<[string, string, () => Watched, (watched: Watched) => void]>([
    [
      'S2',
      'a second live attempt of a peer',
      awarded,
      ({ unit, attempt }) => void unit().attempts.push(another(attempt(ANN), { attempt: 3 })),
    ],
    ['S3', 'attempts whose numbers do not count up', awarded, ({ unit }) => void unit().attempts.reverse()],
    [
      'S3',
      'an attempt that was returned and is awarded again',
      returned,
      ({ attempt }) => void (attempt(ANN).status = { state: 'awarded' }),
    ],
    [
      'S3',
      'an attempt that is another peer’s now',
      awarded,
      ({ unit, attempt }) => void unit().attempts.splice(1, 1, another(attempt(BOB), { peer: CARA })),
    ],
    ['S3', 'an attempt that is forgotten', awarded, ({ unit }) => void unit().attempts.pop()],
    [
      'S4',
      'an output that one of two returned',
      returned,
      ({ unit }) => void (unit().verified = { ...RIGHT, winners: [ANN], atMs: NOON, stored: false }),
    ],
    [
      'S4',
      'an output for another price than was agreed on',
      verified,
      ({ unit }) => void (unit().verified = { ...unit().verified!, fuel: RIGHT.fuel + 1 }),
    ],
    [
      'S5',
      'a verdict that is gone',
      verified,
      ({ unit }) => {
        delete unit().verified
      },
    ],
    [
      'S6',
      'an honest peer that is found wrong',
      returned,
      ({ attempt }) => void (attempt(ANN).status = { state: 'rejected', cid: RIGHT.cid }),
    ],
    [
      'S10',
      'a count of more units than are verified',
      returned,
      ({ job }) => {
        job().verified++
      },
    ],
    [
      'S10',
      'a count of more outputs than are stored',
      verified,
      ({ job }) => {
        job().stored++
      },
    ],
    [
      'S10',
      'a job that is done before its outputs are stored',
      verified,
      ({ job }) => void (job().status = { state: 'done', atMs: NOON }),
    ],
    ['S10', 'a job that ended and runs again', done, ({ job }) => void (job().status = { state: 'running' })],
    [
      'S14',
      'an attempt after 150 others',
      awarded,
      ({ unit, attempt }) => void unit().attempts.push(another(attempt(ANN), { attempt: 151, peer: CARA })),
    ],
    [
      'S15',
      'an unreported failure',
      awarded,
      ({ attempt }) =>
        void (attempt(ANN).status = { state: 'failed', fault: { kind: 'unit-failed', message: 'no' } }),
    ],
    [
      'S18',
      'a result of another engine beside one',
      returned,
      ({ unit, attempt }) => void unit().attempts.push(another(attempt(ANN), { attempt: 3, peer: EVE })),
    ],
  ])('[S2–S6] [S10] [S14, S15] [S18] reports by %s: %s', (rule, _, history, spoil) => {
    const watched = history()
    const look = () => watched.audit.turned(watched.brain.state, [TOUCH])
    expect(ruleOf(look)).toBeUndefined()
    spoil(watched)
    expect(ruleOf(look)).toBe(rule)
  })

  test.each([
    ['output', 'wrong', RIGHT.fuel],
    ['price', 'right', RIGHT.fuel + 1],
  ] as const)('[S6] reports a wrong %s that is verified though no peer lies', (_, output, fuel) => {
    const watched = awarded()
    watched.happens(says(watched, ANN, output, fuel))
    expect(ruleOf(() => watched.happens(says(watched, BOB, output, fuel)))).toBe('S6')
  })

  test.each<[string, () => Watched, (watched: Watched) => void]>([
    ['a job', awarded, ({ brain }) => void brain.state.requester.jobs.delete(JOB)],
    ['an attempt', awarded, ({ unit }) => void unit().attempts.pop()],
    [
      'what an attempt returned',
      returned,
      ({ attempt }) => void (attempt(ANN).status = { state: 'awarded' }),
    ],
    [
      'a verdict',
      verified,
      ({ unit }) => {
        delete unit().verified
      },
    ],
  ])('[S8] reports that a restart has lost %s', (_, history, spoil) => {
    const watched = history()
    const look = () => watched.audit.restarted(watched.brain.state)
    expect(ruleOf(look)).toBeUndefined()
    spoil(watched)
    expect(ruleOf(look)).toBe('S8')
  })
})

describe('the audit of providers', () => {
  let audit: ProviderAudit
  let brain: Brain
  let process: Process
  beforeEach(() => {
    audit = createProviderAudit(() => 4)
    brain = createBrain({ [ANN]: 1 })
    brain.happens({ kind: 'availability-set', at_ms: NOON, availability: { kind: 'slots', slots: [SLOT] } })
    process = { me: ME, state: brain.state, character: { kind: 'honest' } } as Process
  })

  const HEARTBEAT: DurableEvent = { kind: 'named', at_ms: NOON, name: 'me' }
  const turned = (...durable: DurableEvent[]) => ruleOf(() => audit.turned(brain.state, durable))
  const starting = (unit: number, running = 1) =>
    ruleOf(() => audit.starting(process, ANN, JOB, unit, running))
  const untrusted = (): void => {
    const contact = brain.state.pairing.contacts.get(ANN)!
    brain.state.pairing.contacts.set(ANN, { ...contact, trust: 0 })
  }

  test('[S1] reports what is held or run for an untrusted requester', () => {
    take(brain, ANN, awardOf([0, 1]))
    expect([turned(HEARTBEAT), starting(0)]).toEqual([undefined, undefined])
    untrusted()
    expect([turned(HEARTBEAT), starting(0)]).toEqual(['S1', 'S1'])
  })

  test('[S9] reports a unit that is run without being held, and more units than cores', () => {
    take(brain, ANN, awardOf([0]))
    expect([starting(0), starting(0, 4)]).toEqual([undefined, undefined])
    expect(starting(0, 5)).toBe('S9')
    expect(starting(1)).toBe('S9')
  })

  test('[S9] reports offers of more than the slot has', () => {
    const publish = (cores: number) => {
      const allocation = offerOf(ME, manifestOf({ requester_id: ANN }), NOON)
      const [slot] = allocation.slot_assignments
      const total_allocated_resources = { ...slot!.total_allocated_resources, cpu_cores: cores }
      const slot_assignments = [{ ...slot!, total_allocated_resources }]
      return ruleOf(() => audit.offered(process, { ...allocation, slot_assignments }))
    }
    expect([publish(4), publish(4.1)]).toEqual([undefined, 'S9'])
  })

  test('[S3] [S11] report a name that is given to two awards, and an award to a stranger', () => {
    const issued = (award_id: string, peer: typeof ANN): DurableEvent => ({
      kind: 'awards-issued',
      at_ms: NOON,
      awards: [{ award_id, peer, job_id: JOB, deadline_ms: NOON, units: [] }],
    })
    expect(turned(issued('one', ANN), issued('two', ANN))).toBeUndefined()
    expect(turned(issued('one', ANN))).toBe('S3')
    expect(turned(issued('three', BOB))).toBe('S11')
  })

  test('[S11] reports an award of more than was offered', () => {
    const asking = createBrain({ [ANN]: 1 })
    const manifest = manifestOf({ unit_count: 9 })
    submit(asking, manifest)
    const provider = { ...process, me: ANN }
    const allocation = offerOf(ANN, manifest, NOON, { lanes: 1, units: 1 })
    audit.offered(provider, allocation)
    const from = asking.journal.length
    const hear = (units: number) => {
      const offered = offerOf(ANN, manifest, NOON, { lanes: units, units })
      asking.happens({ kind: 'allocation', at_ms: NOON, allocation: offered })
      return ruleOf(() => audit.turned(asking.state, asking.journal.slice(from).slice(-1) as DurableEvent[]))
    }
    expect([hear(1), hear(3)]).toEqual([undefined, 'S11'])
  })

  test('[S16] reports units that are kept while the user pauses at once', () => {
    take(brain, ANN, awardOf([0]))
    brain.state.sharing.pause = { sinceMs: NOON, finishFirst: true }
    expect(turned(HEARTBEAT)).toBeUndefined()
    brain.state.sharing.pause = { sinceMs: NOON, finishFirst: false }
    expect(turned(HEARTBEAT)).toBe('S16')
  })

  test('[S8] reports that a restart has lost a unit whose award was acknowledged', () => {
    const award = awardOf([0])
    take(brain, ANN, award)
    audit.taken(process, ANN, { kind: 'award', award })
    expect(ruleOf(() => audit.restarted(brain.state))).toBeUndefined()
    brain.state.provider.holdings.clear()
    expect(ruleOf(() => audit.restarted(brain.state))).toBe('S8')
  })

  test('[S8] reports that a restart has lost results that were acknowledged', () => {
    const { brain: asking, attempt } = returned()
    const requester = { ...process, state: asking.state }
    const receipts = [receiptOf(attempt(ANN).attempt, 'right')]
    audit.taken(requester, ANN, { kind: 'results', job: JOB, receipts })
    expect(ruleOf(() => audit.restarted(asking.state))).toBeUndefined()
    attempt(ANN).status = { state: 'awarded' }
    expect(ruleOf(() => audit.restarted(asking.state))).toBe('S8')
  })
})
