import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { JobHelp, JobSummary } from '#contract'
import { fault, mount } from '../component.fixture.tsx'
import { DONE, jobStatus } from '../job-kinds/job.fixture.ts'
import { peerId } from '../node.fixture.ts'
import { HelpNotice } from './help-notice.tsx'

const MINUTE_MS = 60_000
const MADE = { made_by: { makers: [{ name: 'Bob', is_self: false }], others: 1 } }

const HELP: JobHelp = {
  jobs: 1,
  wall_ms: 22 * MINUTE_MS,
  alone_ms: 71 * MINUTE_MS,
  helpers: [
    { peer_id: peerId('Bob'), name: 'Bob', cpu_ms: 34 * MINUTE_MS },
    { peer_id: peerId('Cy'), name: 'Cy', cpu_ms: 12 * MINUTE_MS },
  ],
  thanks: 'possible',
}

const done = (some: Partial<JobSummary> = {}) => jobStatus('render', { ...DONE, ...MADE, ...some })

it('a done picture tells how long it took, how long alone, who gave how much, and thanks them once', async () => {
  const { user, asked } = mount(<HelpNotice jobs={[done()]} />, {
    answers: { jobs: { help: () => HELP, thank: () => ({ ...HELP, thanks: 'given' }) } },
  })
  await screen.findByText('Your picture took 22 min; on this PC alone it would have been about 1 h 15 min.')
  screen.getByText('Bob gave 34 min and Cy gave 12 min.')
  await user.click(screen.getByRole('button', { name: 'Thank them' }))
  await screen.findByText('Thanked')
  expect(screen.queryByRole('button')).toBeNull()
  expect(asked('jobs.thank')).toEqual([{ job_id: done().job_id, whole: true }])
})

it('an animation is thanked for as a whole, by its name, and a crowd is counted', async () => {
  const series = (index: number) => ({ id: 'first' as JobSummary['job_id'], index, count: 48 })
  const helpers = Array.from({ length: 6 }, (_, i) => ({
    peer_id: peerId(`P${i}`),
    name: `P${i}`,
    cpu_ms: MINUTE_MS,
  }))
  const { alone_ms: _alone, ...help } = { ...HELP, jobs: 48, helpers }
  const { asked } = mount(<HelpNotice jobs={[done({ series: series(0) }), done({ series: series(1) })]} />, {
    answers: { jobs: { help: () => help } },
  })
  await screen.findByText('Your 48 frames took 22 min.')
  screen.getByText('P0 gave 1 min, P1 gave 1 min, P2 gave 1 min and 3 others gave 3 min.')
  expect(asked('jobs.help')).toEqual([{ job_id: 'first', whole: true }])
})

it('less than a second of help is a moment, and not 0 s', async () => {
  const helpers = [{ peer_id: peerId('Bob'), name: 'Bob', cpu_ms: 400 }]
  mount(<HelpNotice jobs={[done()]} />, { answers: { jobs: { help: () => ({ ...HELP, helpers }) } } })
  await screen.findByText('Bob helped for a moment.')
})

it('is not there for a job under way, one of this PC alone, or where the node cannot tell', async () => {
  const { asked, redraw } = mount(<HelpNotice jobs={[jobStatus('render', MADE)]} />, {
    answers: { jobs: { help: () => Promise.reject(fault('bad-input', 'no')) } },
  })
  redraw(<HelpNotice jobs={[done({ made_by: { makers: [{ name: 'me', is_self: true }], others: 0 } })]} />)
  expect(asked('jobs.help')).toEqual([])
  redraw(<HelpNotice jobs={[done()]} />)
  await expect.poll(() => asked('jobs.help')).toHaveLength(1)
  expect(screen.queryByRole('region')).toBeNull()
})

it('thanks that were refused can be given again', async () => {
  const { user } = mount(<HelpNotice jobs={[done()]} />, {
    answers: {
      jobs: {
        help: () => ({ ...HELP, helpers: HELP.helpers.slice(0, 1) }),
        thank: () => Promise.reject(fault('storage-failed', 'no')),
      },
    },
  })
  await user.click(await screen.findByRole('button', { name: 'Thank Bob' }))
  await screen.findByRole('button', { name: 'Thank Bob' })
})
