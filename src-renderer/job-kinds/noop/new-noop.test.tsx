import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { JobId, SubmittedJob } from '#contract'
import { fault, mount } from '../../component.fixture.tsx'
import { NewNoop } from './new-noop.tsx'

const SUBMITTED: SubmittedJob = { kind: 'noop', job_id: 'noop-1' as JobId, units: 25 }

const start = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Start the test' })

it('submits as many units as are asked for, and goes to the job', async () => {
  const { user, asked, path } = mount(<NewNoop />, {
    path: '/jobs/new/noop',
    answers: { jobs: { submit: () => SUBMITTED } },
  })
  expect(start().getAttribute('data-variant')).toBe('filled')
  const units = screen.getByLabelText('Units')
  await user.clear(units)
  await user.type(units, '25')
  await user.click(start())
  await screen.findByText('The test has 25 units.')
  expect(asked('jobs.submit')).toEqual([{ kind: 'noop', units: 25, redundancy: 2 }])
  expect(path()).toBe('/jobs/noop-1')
})

it.each([
  ['Units', '0', 'A whole number from 1 to 1,000,000.'],
  ['Units', '1000001', 'A whole number from 1 to 1,000,000.'],
  ['PCs that compute each unit', '17', 'A whole number from 1 to 16.'],
])('cannot be started with %s of %s', async (label, typed, line) => {
  const { user } = mount(<NewNoop />)
  const field = screen.getByLabelText(label)
  await user.clear(field)
  await user.type(field, typed)
  await screen.findByText(line)
  expect(start().disabled).toBe(true)
})

it('says why a test was refused, and can be sent again', async () => {
  const { user, path } = mount(<NewNoop />, {
    path: '/jobs/new/noop',
    answers: {
      jobs: {
        submit: () => {
          throw fault('quota-exceeded', 'no room for so many units')
        },
      },
    },
  })
  await user.click(start())
  await screen.findByText(/no room for so many units/)
  expect(start().disabled).toBe(false)
  expect(path()).toBe('/jobs/new/noop')
})
