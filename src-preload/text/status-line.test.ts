import { expect, it } from 'vitest'
import type { PeerId, SharingNow, WorkingFor } from '#contract'
import { createFormat } from './format.ts'
import { loadMessages } from './index.ts'
import { statusLine, type StatusFacts } from './status-line.ts'

const NOW = Date.UTC(2026, 2, 14, 12, 0)
const en = await loadMessages('en')
const de = await loadMessages('de')
const format = createFormat('en', { now: () => NOW, timeZone: 'UTC' })
const german = createFormat('de', { now: () => NOW, timeZone: 'UTC' })
const HOUR = 3_600_000
const workFor = (name: string | undefined, some: Partial<WorkingFor> = {}): WorkingFor => ({
  requester: `12D3KooW${name ?? ''}` as PeerId,
  is_own: false,
  kind: 'render',
  ...(name === undefined ? {} : { name }),
  ...some,
})
const quiet: StatusFacts = {
  sharing: { kind: 'sharing' },
  workingFor: [],
  runningJobs: 0,
  connection: 'open',
}
const said = (facts: Partial<StatusFacts>) => statusLine(en, format, { ...quiet, ...facts })

it('says until when the PC is shared, and for whom it works', () => {
  expect(said({ sharing: { kind: 'sharing', until_ms: NOW + 6 * HOUR }, workingFor: [workFor('Ada')] })).toBe(
    'Sharing until 18:00 · Rendering for Ada',
  )
  expect(said({ workingFor: [workFor('Ada', { kind: 'module' })], runningJobs: 1 })).toBe(
    'Sharing · Running a program for Ada · 1 job in progress',
  )
  expect(statusLine(de, german, { ...quiet, workingFor: [workFor('Ada'), workFor('Bo')] })).toBe(
    'Teilt · Rendert für Ada und Bo',
  )
})

it('names two and counts the rest, says what all of it is, and leaves own work to the jobs', () => {
  const many = ['Ada', 'Bo', 'Cy', 'Di'].map((name) => workFor(name))
  expect(said({ workingFor: many })).toBe('Sharing · Rendering for Ada, Bo and 2 others')
  expect(said({ workingFor: [workFor('Ada'), workFor('Bo', { kind: 'module' })] })).toBe(
    'Sharing · Working for Ada and Bo',
  )
  expect(said({ workingFor: [workFor(undefined, { kind: 'of a newer version' })] })).toBe(
    'Sharing · Working for somebody',
  )
  expect(said({ workingFor: [workFor('me', { is_own: true })], runningJobs: 1 })).toBe(
    'Sharing · 1 job in progress',
  )
})

it.each<[SharingNow, string]>([
  [{ kind: 'sharing' }, 'Sharing'],
  [{ kind: 'disk-full', since_ms: 1 }, 'Paused: the disk is full'],
  [{ kind: 'measuring' }, 'Measuring how fast this PC is'],
  [{ kind: 'off' }, 'Not sharing'],
  [{ kind: 'outside-hours' }, 'Not sharing now'],
  [{ kind: 'outside-hours', next_ms: NOW + HOUR }, 'Not sharing until 13:00'],
  [{ kind: 'paused-by-user', since_ms: NOW }, 'Paused until you resume'],
  [{ kind: 'paused-by-user', since_ms: NOW, until_ms: NOW + HOUR }, 'Paused until 13:00'],
  [{ kind: 'finishing', since_ms: NOW }, 'Finishing, then paused'],
  [
    { kind: 'paused-by-rule', rule: 'on-battery', value: 41, since_ms: NOW },
    'Paused because you are on battery (41 %)',
  ],
  [{ kind: 'paused-by-rule', rule: 'on-battery', since_ms: NOW }, 'Paused because you are on battery'],
  [
    { kind: 'paused-by-rule', rule: 'temperature', value: 91.6, threshold: 90, since_ms: NOW },
    'Paused because this PC is hot (92 °C)',
  ],
  [
    { kind: 'paused-by-rule', rule: 'other-load', value: 80, threshold: 60, since_ms: NOW },
    'Paused because other programs took 80 % of this PC',
  ],
  [{ kind: 'paused-by-rule', rule: 'in-use', value: 3, since_ms: NOW }, 'Paused while you use this PC'],
])('whatever is not happening says why: %j', (sharing, sentence) => {
  expect(said({ sharing })).toBe(sentence)
})

it('says nothing of a node that is not heard', () => {
  expect(said({ connection: 'lost', workingFor: [workFor('Ada')] })).toBe('Connection to this PC lost')
  expect(said({ connection: 'connecting' })).toBe('Connecting to this PC')
  expect(said({ sharing: undefined })).toBe('Connecting to this PC')
})
