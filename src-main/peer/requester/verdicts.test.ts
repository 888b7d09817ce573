import { describe, expect, test } from 'vitest'
import { JobId, type PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { hasUnit } from '../../protocol/unit-bits.ts'
import {
  answer,
  attemptsOf,
  createBrain,
  heldBy,
  JOB,
  manifestCidOf,
  manifestOf,
  NOON,
  offer,
  ofKind,
  peerOf,
  receiptOf,
  restarted,
  submit,
  type Brain,
} from '../brain.fixture.ts'
import { decodeEvent, encodeEvent, encodeState } from '../codec.ts'
import { isDurable } from '../event.ts'
import { initialState } from '../state.ts'
import { step } from '../step.ts'
import type { VerdictOwed } from './verdict-owed.ts'

const [ANN, BOB, CY] = [peerOf('A'), peerOf('B'), peerOf('C')]
const THRICE = manifestOf({ unit_count: 2, verification_redundancy: 3 })
const DAY_MS = 24 * 3_600_000

/** A job of two units that three peers compute: one of them lies about the first. @returns the effects of its end */
function ended(brain: Brain, away: readonly PeerId[] = [], manifest: JobManifest = THRICE) {
  submit(brain, manifest)
  offer(brain, manifest, [ANN, BOB, CY])
  const effects = [ANN, CY, BOB].flatMap((peer) =>
    [0, 1].flatMap((unit) => {
      const attempt = heldBy(brain, peer, unit)
      if (attempt === undefined) return []
      const output = peer === CY && unit === 0 ? 'wrong' : 'right'
      return answer(brain, peer, [receiptOf(attempt, output, unit)])
    }),
  )
  for (const peer of away) brain.happens({ kind: 'disconnected', at_ms: NOON + 1_500, peer })
  const stored = brain.happens({ kind: 'outputs-stored', at_ms: NOON + 2_000, job_id: JOB, units: [0, 1] })
  return [...effects, ...stored]
}

const told = (effects: Parameters<typeof ofKind>[0]): VerdictOwed[] =>
  ofKind(effects, 'send-verdict').map(({ verdict }) => verdict)

const unitsIn = (bits: Uint8Array): number[] => [0, 1, 2].filter((unit) => hasUnit(bits, unit))

/** What a verdict says of whom. */
const said = (verdicts: readonly VerdictOwed[]) =>
  Object.fromEntries(
    verdicts.map(({ provider, won, lost }) => [provider, { won: unitsIn(won), lost: unitsIn(lost) }]),
  )

function brainOf(...peers: PeerId[]): Brain {
  return createBrain(Object.fromEntries(peers.map((peer) => [peer, 0.8])))
}

describe('at a job’s end', () => {
  test('[J5] each provider is told which of its outputs were verified, and which rejected', () => {
    const brain = brainOf(ANN, BOB, CY)
    const verdicts = told(ended(brain))
    expect(said(verdicts)).toEqual({
      [ANN]: { won: [0, 1], lost: [] },
      [BOB]: { won: unitsIn(verdicts.find(({ provider }) => provider === BOB)!.won), lost: [] },
      [CY]: { won: [1], lost: [0] },
    })
    expect(verdicts[0]).toMatchObject({ job: JOB, manifestCid: manifestCidOf(JOB), endedAtMs: NOON + 2_000 })
  })

  test('[J5] units that are in the history already are in the verdict too', () => {
    const brain = brainOf(ANN, BOB, CY)
    submit(brain, THRICE)
    offer(brain, THRICE, [ANN, BOB, CY])
    for (const [peer, output] of [
      [ANN, 'right'],
      [CY, 'wrong'],
      [BOB, 'right'],
    ] as const)
      answer(brain, peer, [receiptOf(heldBy(brain, peer)!, output)])
    const at_ms = NOON + 2_000
    brain.happens(
      { kind: 'outputs-stored', at_ms, job_id: JOB, units: [0] },
      { kind: 'units-archived', at_ms, job_id: JOB, units: [0] },
    )
    const { brain: later } = restarted(brain, NOON + 3_000)
    for (const peer of [ANN, BOB, CY]) later.happens({ kind: 'connected', at_ms: NOON + 3_000, peer })
    const verdicts = told(later.happens({ kind: 'job-cancelled', at_ms: NOON + 4_000, job_id: JOB }))
    expect(said(verdicts)).toMatchObject({ [ANN]: { won: [0], lost: [] }, [CY]: { won: [], lost: [0] } })
  })

  test('[J5] a provider whose outputs were not decided on is told nothing, nor is this peer itself', () => {
    const brain = brainOf(ANN, BOB, CY)
    submit(brain, THRICE)
    offer(brain, THRICE, [ANN, BOB, CY])
    answer(brain, ANN, [receiptOf(heldBy(brain, ANN)!, 'right')])
    const effects = brain.happens({ kind: 'job-cancelled', at_ms: NOON + 2_000, job_id: JOB })
    expect(told(effects)).toEqual([])
    expect(brain.state.requester.verdictsOwed).toBeUndefined()
    expect(attemptsOf(brain).length).toBeGreaterThan(0)
  })
})

describe('a verdict that is owed', () => {
  test('[J5] is sent again, ever less often, until it is taken', () => {
    const brain = brainOf(ANN, BOB, CY)
    ended(brain)
    const at = [10, 20, 30, 40, 60, 80, 120, 200].map((seconds) => NOON + 2_000 + seconds * 1_000)
    const counts = at.map((at_ms) => told(brain.happens({ kind: 'tick', at_ms })).length)
    const each = brain.state.requester.verdictsOwed!.size
    expect(counts.map((count) => count / each)).toEqual([1, 0, 1, 0, 0, 1, 0, 1])
    for (const peer of [ANN, BOB, CY])
      brain.happens({ kind: 'verdict-delivered', at_ms: NOON + 300_000, peer, job_id: JOB })
    expect(brain.state.requester.verdictsOwed?.size).toBe(0)
    expect(told(brain.happens({ kind: 'tick', at_ms: NOON + DAY_MS }))).toEqual([])
  })

  test('[J5] waits for a provider that is away, over a restart, and is sent when it is back', () => {
    const brain = brainOf(ANN, BOB, CY)
    expect(told(ended(brain, [CY])).map(({ provider }) => provider)).not.toContain(CY)
    const { brain: later } = restarted(brain, NOON + 10_000)
    expect(told(later.happens({ kind: 'tick', at_ms: NOON + 20_000 }))).toEqual([])
    later.happens({ kind: 'connected', at_ms: NOON + DAY_MS, peer: CY })
    const verdicts = told(later.happens({ kind: 'tick', at_ms: NOON + DAY_MS + 1_000 }))
    expect(verdicts.map(({ provider }) => provider)).toEqual([CY])
  })

  test('[J5] is given up after 30 days, and with its contact', () => {
    const brain = brainOf(ANN, BOB, CY)
    ended(brain)
    const late = NOON + 31 * DAY_MS
    expect(told(brain.happens({ kind: 'tick', at_ms: late }))).toEqual([])
    brain.happens({ kind: 'forgotten', at_ms: late, peer: CY })
    expect([...brain.state.requester.verdictsOwed!.values()].map(({ provider }) => provider)).not.toContain(
      CY,
    )
    brain.happens({ kind: 'trust-set', at_ms: late, peer: ANN, trust: 0 })
    expect(told(brain.happens({ kind: 'tick', at_ms: late }))).toEqual([])
  })

  test('[J5] is one of at most 4,096, of which the oldest go first', () => {
    const brain = brainOf(ANN)
    brain.happens({ kind: 'disconnected', at_ms: NOON, peer: ANN })
    const owed = new Map<string, VerdictOwed>()
    for (let i = 0; i < 4_096; i++) {
      const job = JobId.parse(`old-${i}`)
      const none = new Uint8Array()
      owed.set(`${ANN}/${job}`, {
        provider: ANN,
        job,
        manifestCid: manifestCidOf(job),
        won: new Uint8Array([1]),
        lost: none,
        endedAtMs: NOON,
      })
    }
    brain.state.requester.verdictsOwed = owed
    brain.happens({ kind: 'connected', at_ms: NOON, peer: ANN })
    const manifest = manifestOf()
    submit(brain, manifest)
    offer(brain, manifest, [ANN])
    answer(brain, ANN, [receiptOf(1, 'right')])
    brain.happens({ kind: 'outputs-stored', at_ms: NOON + 2_000, job_id: JOB, units: [0] })
    expect(owed.size).toBe(4_096)
    expect(owed.has(`${ANN}/old-0`)).toBe(false)
    expect(owed.has(`${ANN}/${JOB}`)).toBe(true)
    expect(told(brain.happens({ kind: 'tick', at_ms: NOON + 60_000 }))).toHaveLength(32)
  })

  test('[J5] follows from the journal alone', () => {
    const brain = brainOf(ANN, BOB, CY)
    ended(brain)
    const replayed = initialState(brain.state.me, 'me')
    for (const event of brain.journal.filter(isDurable)) {
      const read = decodeEvent(encodeEvent(event))
      if (read.ok) step(replayed, read.value)
    }
    expect(encodeState(replayed)).toEqual(encodeState(brain.state))
  })
})
