import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { JobStatus, Shortage, Waiting } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { jobStatus, peerId } from '../../../job-kinds/job.fixture.ts'
import { LateNotice } from './late-notice.tsx'
import { WaitingNotice } from './waiting-notice.tsx'

function notice(job: JobStatus, kind: Waiting['kind']): HTMLElement {
  mount(<WaitingNotice job={job} waiting={{ kind, message: 'nobody has 3 GB' }} />)
  return screen.getByRole('status')
}

it('a job that waits says why and what can be done, with the figures of the node as its title', () => {
  const shown = notice(jobStatus('module'), 'nobody-fits')
  expect(shown.textContent).toContain('Share more of this PC')
  expect(shown.title).toBe('nobody has 3 GB')
  expect(screen.getByRole('link', { name: 'Sharing' }).getAttribute('href')).toBe('/sharing')
})

it('where people can help it leads to them', () => {
  notice(jobStatus('render'), 'nobody-trusts-you')
  expect(screen.getByRole('link', { name: 'People' }).getAttribute('href')).toBe('/people')
})

it.each([
  ['render', 'check the tiles that are left'],
  ['module', 'check what is left'],
  ['other', 'check what is left'],
] as const)('a %s that waits for more PCs speaks of what they %s', (kind, words) => {
  expect(notice(jobStatus(kind), 'more-verifiers').textContent).toContain(words)
})

const deadline_ms = 1_000_000
const late = { deadline_ms, deadline_at_risk: { expected_end_ms: deadline_ms + 600_000 } }

it('a render that will be late can be rendered again at a lower quality', () => {
  mount(<LateNotice job={jobStatus('render', late)} />)
  const shown = screen.getByRole('status').textContent
  expect(shown).toContain('Will be about 10 min late.')
  expect(shown).toContain('at a lower quality')
})

it('any other job that will be late speaks of no quality', () => {
  mount(<LateNotice job={jobStatus('other', { deadline_ms, deadline_at_risk: {} })} />)
  const shown = screen.getByRole('status').textContent
  expect(shown).toContain('It should have been done by now.')
  expect(shown).not.toContain('quality')
})

it('a job that will be in time has no notice', () => {
  mount(<LateNotice job={jobStatus('module', { deadline_ms })} />)
  expect(screen.queryByRole('status')).toBeNull()
})

const NINE = new Date(2026, 10, 23, 9, 22).getTime()
const SHORTAGE: Shortage = {
  needed: 2,
  here: 1,
  left: [{ peer_id: peerId('Bob'), name: 'Bob', away: { kind: 'gone', since_ms: NINE } }],
  may_lower_to: 1,
}

function shortNotice(shortage: Partial<Shortage> = {}, kind: 'render' | 'module' = 'render') {
  const waiting: Waiting = {
    kind: 'more-verifiers',
    message: 'each unit needs 2 different peers',
    shortage: { ...SHORTAGE, ...shortage },
  }
  return mount(<WaitingNotice job={jobStatus(kind)} waiting={waiting} />, {
    answers: { jobs: { lowerRedundancy: () => ({}) } },
  })
}

it('a job that lost a checker says who left and when, and how many PCs each tile needs', () => {
  shortNotice()
  expect(screen.getByRole('status').textContent).toMatch(
    /^Bob left at .*09:22\. Each tile needs 2 PCs; only 1 is available\./,
  )
  expect(screen.getByRole('link', { name: 'Add somebody' }).getAttribute('href')).toBe('/people/add')
})

it('one who paused is not said to have left, and others who left are counted', () => {
  const left = ['Ada', 'Bob', 'Cy', 'Di'].map((name) => ({
    peer_id: peerId(name),
    name,
    away: { kind: 'paused' as const, since_ms: NINE },
  }))
  shortNotice({ left, needed: 3, here: 0 }, 'module')
  const words = screen.getByRole('status').textContent
  expect(words).toMatch(
    /^Ada paused at .*09:22\. Bob paused at .*09:22\. 2 others left too\. Each unit needs 3 PCs; only 0 are available\./,
  )
})

it('Check with 1 PC asks first, and keeps waiting by default', async () => {
  const { user, asked } = shortNotice()
  await user.click(screen.getByRole('button', { name: 'Check with 1 PC' }))
  expect(screen.getByRole('group').textContent).toContain('a wrong result would go unnoticed')
  const wait = screen.getByRole('button', { name: 'Keep waiting' })
  expect(document.activeElement).toBe(wait)
  await user.click(wait)
  expect(asked('jobs.lowerRedundancy')).toEqual([])
  await user.click(screen.getByRole('button', { name: 'Check with 1 PC' }))
  await user.click(screen.getByRole('button', { name: 'Check with 1 PC' }))
  await screen.findByText('Continues with 1 PC.')
  await waitFor(() =>
    expect(asked('jobs.lowerRedundancy')).toEqual([{ job_id: 'job-render', redundancy: 1 }]),
  )
})

it('where the policy asks for more PCs only somebody else helps', () => {
  const { may_lower_to: _may, ...bound } = SHORTAGE
  const waiting: Waiting = { kind: 'more-verifiers', message: 'two', shortage: bound }
  mount(<WaitingNotice job={jobStatus('render')} waiting={waiting} />)
  expect(screen.queryByRole('button')).toBeNull()
  screen.getByRole('link', { name: 'Add somebody' })
})
