import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { JobStatus, Waiting } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { jobStatus } from '../../../job-kinds/job.fixture.ts'
import { LateNotice } from './late-notice.tsx'
import { WaitingNotice } from './waiting-notice.tsx'

function notice(job: JobStatus, kind: Waiting['kind']): HTMLElement {
  mount(<WaitingNotice job={job} waiting={{ kind, message: 'nobody has 3 GB' }} />)
  return screen.getByRole('status')
}

it('a job that waits says why and what can be done, with the figures of the node as its title', () => {
  const shown = notice(jobStatus('module'), 'nobody-fits')
  expect(shown.textContent).toContain('Lend more of this PC')
  expect(shown.title).toBe('nobody has 3 GB')
  expect(screen.getByRole('link', { name: 'Sharing' }).getAttribute('href')).toBe('/sharing')
})

it('where people can help it leads to them', () => {
  notice(jobStatus('render'), 'nobody-trusts-you')
  expect(screen.getByRole('link', { name: 'People' }).getAttribute('href')).toBe('/people')
})

it.each([
  ['render', 'check each tile'],
  ['module', 'check each unit'],
  ['other', 'check each unit'],
] as const)('a %s that waits for more PCs speaks of what they %s', (kind, words) => {
  expect(notice(jobStatus(kind), 'more-verifiers').textContent).toContain(words)
})

const deadline_ms = 1_000_000
const late = { deadline_ms, deadline_at_risk: { expected_end_ms: deadline_ms + 600_000 } }

it('a render that will be late can be rendered again in a lower quality', () => {
  mount(<LateNotice job={jobStatus('render', late)} />)
  const shown = screen.getByRole('status').textContent
  expect(shown).toContain('Will be about 10 min late.')
  expect(shown).toContain('in a lower quality')
})

it('any other job that will be late speaks of no quality', () => {
  mount(<LateNotice job={jobStatus('other', { deadline_ms, deadline_at_risk: {} })} />)
  const shown = screen.getByRole('status').textContent
  expect(shown).toContain('The time it should have been done by has passed.')
  expect(shown).not.toContain('quality')
})

it('a job that will be in time has no notice', () => {
  mount(<LateNotice job={jobStatus('module', { deadline_ms })} />)
  expect(screen.queryByRole('status')).toBeNull()
})
