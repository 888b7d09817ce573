import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { JobStatus, JobSummary } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { DONE, factsOf, jobStatus, paceFor, stalledPace } from '../../../job-kinds/job.fixture.ts'
import { JobFigures } from './job-figures.tsx'

/** The figures of a job as a reader hears them: each name with its value and its note. */
function figures(job: JobStatus, siblings: readonly JobSummary[] = []): Record<string, string> {
  mount(<JobFigures job={job} siblings={siblings} />)
  const list = screen.getByLabelText('In figures')
  return Object.fromEntries(
    within(list)
      .getAllByRole('term')
      .map((term) => [
        term.textContent,
        within(term.parentElement!)
          .getAllByRole('definition')
          .map(({ textContent }) => textContent)
          .join('; '),
      ]),
  )
}

it('a render has its size, its samples and its frame, and no fuel', () => {
  const facts = { ...factsOf('render'), frame: 12, fps: 24 }
  const shown = figures(jobStatus('render', { facts, fuel: 5_000 }))
  expect(shown['Picture']).toBe('640 × 480; 64 samples a pixel')
  expect(shown['Frame']).toBe('12')
  expect(shown['Fuel used']).toBeUndefined()
})

it('a still has no frame', () => {
  expect(figures(jobStatus('render'))['Frame']).toBeUndefined()
})

it.each(['module', 'other'] as const)('a job of kind %s has its fuel and no picture', (kind) => {
  const shown = figures(jobStatus(kind, { fuel: 5_000 }))
  expect(shown['Fuel used']).toBe('5,000')
  expect(shown['Picture']).toBeUndefined()
})

it('a job at work has its progress, its time left and its priority', () => {
  const shown = figures(jobStatus('module', { pace: paceFor(60_000), priority: 0.8 }))
  expect(shown).toMatchObject({
    Progress: '40 of 80 units',
    'Time left': '1 min',
    'So far': '2 min',
    'Checked by': '2 PCs',
    Priority: 'High',
  })
})

it('a job that stands still has no time left', () => {
  const shown = figures(jobStatus('module', { pace: stalledPace(Date.now() - 20_000) }))
  expect(shown).not.toHaveProperty('Time left')
})

it('a finished job has what it took and how that compares, and no priority', () => {
  const shown = figures(jobStatus('module', { ...DONE, estimated_ms: 120_000 }))
  expect(shown).toMatchObject({ Took: '2 min', Estimated: '2 min; as estimated' })
  expect(shown['Priority']).toBeUndefined()
  expect(shown['Time left']).toBeUndefined()
})

it('what is not as usual is a figure of its own', () => {
  const deadline_ms = Date.now()
  const shown = figures(
    jobStatus('module', {
      encrypted: true,
      retried: 3,
      rejected_outputs: 2,
      first_award_ms: 5_000,
      deadline_ms,
      deadline_at_risk: { expected_end_ms: deadline_ms + 600_000 },
    }),
  )
  expect(shown).toMatchObject({ Encrypted: 'yes', Retried: '3', 'Wrong results': '2' })
  expect(shown['Due']).toContain('about 10 min late')
  expect(shown['Started']).toContain('first work after 5 s')
})

it.each([
  ['render', 'None of them is in the picture.'],
  ['module', 'None of them is used.'],
] as const)('wrong results of a %s are explained in its words', async (kind, words) => {
  const { user } = mount(<JobFigures job={jobStatus(kind, { rejected_outputs: 1 })} siblings={[]} />)
  await user.hover(screen.getByText('Wrong results'))
  expect((await screen.findByRole('tooltip')).textContent).toContain(words)
})
