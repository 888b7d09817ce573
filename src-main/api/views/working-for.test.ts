import { expect, it } from 'vitest'
import type { JobId, PeerId, UnitHere } from '#contract'
import { createWorkingFor } from './working-for.ts'

const [ADA, BOB, ME] = ['1', '2', '3'].map((digit) => `12D3KooW${digit.repeat(44)}` as PeerId) as [
  PeerId,
  PeerId,
  PeerId,
]
const names = new Map([
  [ADA, 'Ada'],
  [BOB, 'Bob'],
])

const unit = (requester: PeerId): UnitHere => ({
  requester,
  is_own: false,
  job_id: 'job' as JobId,
  unit_index: 0,
  algorithm_id: 'render.path-trace',
  fraction: 0,
})

const view = () =>
  createWorkingFor({
    me: ME,
    nameOf: (peer) => names.get(peer),
    kindOf: (id) => (id === 'render.path-trace' ? 'render' : 'other'),
  })

/** The lists of names that are told while units run at these moments, each list once. */
function toldOf(units: (atMs: number) => readonly UnitHere[], untilMs: number): string[] {
  const workingFor = view()
  const told: string[] = []
  for (let atMs = 0; atMs < untilMs; atMs += 100) {
    const list = workingFor(units(atMs), [], atMs)
      .map(({ name }) => name)
      .join(', ')
    if (list !== told.at(-1)) told.push(list)
  }
  return told
}

it('ten seconds of short units with gaps between them are one state', () => {
  expect(toldOf((atMs) => (atMs % 500 < 400 ? [unit(ADA)] : []), 10_000)).toEqual(['Ada'])
})

it('two who take turns are both named, and the list changes at most once in three seconds', () => {
  expect(toldOf((atMs) => [unit(atMs % 400 < 200 ? ADA : BOB)], 10_000)).toEqual(['Ada', 'Ada, Bob'])
})

it('work is told at once, and its end three seconds after the last unit', () => {
  const workingFor = view()
  expect(workingFor([], [], 0)).toEqual([])
  expect(workingFor([unit(ADA)], [], 100)).toEqual([
    { requester: ADA, is_own: false, name: 'Ada', kind: 'render' },
  ])
  expect(workingFor([], [], 3_099)).toHaveLength(1)
  expect(workingFor([], [], 3_100)).toEqual([])
})

it('units too short to be seen at work are work too, until three seconds after the last was done', () => {
  const workingFor = view()
  const ran = (requester: PeerId, ranAtMs: number) => ({
    requester,
    algorithmId: 'render.path-trace',
    ranAtMs,
  })
  const at = (nowMs: number, ...runs: readonly ReturnType<typeof ran>[]) =>
    workingFor([], runs, nowMs).map(({ name, is_own }) => (is_own ? 'own' : name))
  expect(at(1_000, ran(ADA, 950))).toEqual(['Ada'])
  expect(at(3_000, ran(ADA, 2_980))).toEqual(['Ada'])
  // An older job of theirs does not end it sooner.
  expect(at(5_900, ran(ADA, 2_980), ran(ADA, 100))).toEqual(['Ada'])
  expect(at(5_980, ran(ADA, 2_980), ran(ADA, 100))).toEqual([])
  expect(at(9_000, ran(ME, 8_990))).toEqual(['own'])
})
