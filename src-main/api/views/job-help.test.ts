import { expect, it } from 'vitest'
import { contract } from '#contract'
import { manifestOf, ME, NOON, peerOf } from '../../peer/brain.fixture.ts'
import type { JobState, PeerPart } from '../../peer/requester/slice.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import { unitBitsOf } from '../../protocol/unit-bits.ts'
import { jobHelp, helpersOf, type HelpedJobs } from './job-help.ts'

const [BOB, CY] = [peerOf('B'), peerOf('C')]
const MINUTE_MS = 60_000

function part(verified: number, cpuMs: number, wallMs = cpuMs): PeerPart {
  const none = { rejected: 0, failed: 0, timedOut: 0, expired: 0, outputBytes: 0 }
  return { ...none, verified, cpuMs, wallMs }
}

/** A done job of 100 units that took ten minutes, by everybody's part in it. */
function done(
  parts: readonly (readonly [PeerId, PeerPart])[],
  name = 'job',
  changes: Partial<JobState> = {},
): JobState {
  const archived = { bits: unitBitsOf([]), count: 100, parts: new Map(parts), ends: new Map() }
  return {
    manifest: manifestOf({ job_id: name as JobId, unit_count: 100 }),
    submittedAtMs: NOON,
    status: { state: 'done', atMs: NOON + 10 * MINUTE_MS },
    units: new Map(),
    archived,
    ...changes,
  } as unknown as JobState
}

function helpOf(jobs: readonly JobState[], changes: Partial<HelpedJobs> = {}) {
  const help = jobHelp({
    ...{ me: ME, jobs, lanes: 2, isThanked: false },
    nameOf: (peer) => `name of ${peer.at(-1)}`,
    estimateOf: () => undefined,
    isContact: () => true,
    ...changes,
  })
  expect(contract.jobs.help['~orpc'].outputSchema?.['~standard'].validate(help)).toHaveProperty('value')
  return help
}

it('tells what others gave, the most first, and what this PC alone would have taken by its own units', () => {
  const parts = [
    [ME, part(25, 10 * MINUTE_MS)],
    [CY, part(15, 6 * MINUTE_MS)],
    [BOB, part(60, 12 * MINUTE_MS)],
  ] as const
  expect(helpOf([done(parts)])).toEqual({
    jobs: 1,
    wall_ms: 10 * MINUTE_MS,
    // 100 units of 24 s each, two at once.
    alone_ms: 20 * MINUTE_MS,
    helpers: [
      { peer_id: BOB, name: 'name of B', cpu_ms: 12 * MINUTE_MS },
      { peer_id: CY, name: 'name of C', cpu_ms: 6 * MINUTE_MS },
    ],
    thanks: 'possible',
  })
})

it('says nothing of the time alone that is not known, or that was no longer', () => {
  const ours = [ME, part(25, 10 * MINUTE_MS)] as const
  const theirs = [BOB, part(75, MINUTE_MS)] as const
  expect(helpOf([done([ours, theirs])], { lanes: undefined }).alone_ms).toBeUndefined()
  expect(helpOf([done([ours, theirs])], { lanes: 4 }).alone_ms).toBeUndefined()
  expect(helpOf([done([ours, theirs], 'job', { taken: 3 })]).alone_ms).toBeUndefined()
  expect(helpOf([done([theirs])]).alone_ms).toBeUndefined()
  expect(helpOf([done([theirs])], { estimateOf: () => 30 * MINUTE_MS }).alone_ms).toBe(30 * MINUTE_MS)
  // Of two frames one has no estimate: then nothing is known of both.
  const estimateOf = ({ manifest }: JobState) => (manifest.job_id === 'one' ? 30 * MINUTE_MS : undefined)
  expect(helpOf([done([theirs], 'one'), done([theirs], 'two')], { estimateOf }).alone_ms).toBeUndefined()
})

it('[J13] counts the frames of an animation together, and thanks each for the last that it worked on', () => {
  const later = {
    submittedAtMs: NOON + MINUTE_MS,
    status: { state: 'done', atMs: NOON + 15 * MINUTE_MS },
  } as const
  const jobs = [
    done(
      [
        [BOB, part(100, 3)],
        [CY, part(100, 5)],
      ],
      'one',
    ),
    done(
      [
        [BOB, part(100, 4)],
        [ME, part(100, 1)],
      ],
      'two',
      later,
    ),
  ]
  expect(helpOf(jobs)).toMatchObject({
    jobs: 2,
    wall_ms: 15 * MINUTE_MS,
    helpers: [{ cpu_ms: 7 }, { cpu_ms: 5 }],
  })
  expect([...helpersOf({ me: ME, jobs })].map(([peer, { job }]) => [peer, job])).toEqual([
    [BOB, 'two'],
    [CY, 'one'],
  ])
})

it('those without a result that counted are no helpers, and only contacts can be thanked', () => {
  const jobs = [
    done([
      [ME, part(100, 5)],
      [BOB, part(0, 9)],
      [CY, part(3, 0)],
    ]),
  ]
  expect(helpOf(jobs)).toMatchObject({ helpers: [], thanks: 'none' })
  const helped = [done([[BOB, part(100, 5)]])]
  expect(helpOf(helped, { isContact: () => false }).thanks).toBe('none')
  expect(helpOf(helped, { isThanked: true }).thanks).toBe('given')
})
