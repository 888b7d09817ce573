import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { JobSummary } from '#contract'
import { fault, mount, type Answers } from '../../../component.fixture.tsx'
import { DONE, jobId, jobSummary } from '../../../job-kinds/job.fixture.ts'
import { RemovedJobsProvider } from '../removed-jobs.tsx'
import { JobActions } from './job-actions.tsx'

const done = () => ({})

function mountActions(job: JobSummary, jobs: Answers['jobs'], siblings: readonly JobSummary[] = []) {
  return mount(
    <RemovedJobsProvider>
      <JobActions job={job} siblings={siblings} />
    </RemovedJobsProvider>,
    { path: `/jobs/${job.job_id}`, answers: jobs === undefined ? {} : { jobs } },
  )
}

it('a running job is paused, and a paused one goes on', async () => {
  const { user, asked, redraw } = mountActions(jobSummary('module'), { pause: done, resume: done })
  await user.click(screen.getByRole('button', { name: 'Pause' }))
  await screen.findByText(/^Paused\./)
  expect(asked('jobs.pause')).toEqual([{ job_id: 'job-module' }])
  redraw(
    <RemovedJobsProvider>
      <JobActions job={jobSummary('module', { state: { kind: 'paused', since_ms: 1 } })} siblings={[]} />
    </RemovedJobsProvider>,
  )
  await user.click(screen.getByRole('button', { name: 'Resume' }))
  await screen.findByText('It’s running again.')
  expect(asked('jobs.resume')).toEqual([{ job_id: 'job-module' }])
})

it('a pause that the node refuses is told in its words', async () => {
  const { user } = mountActions(jobSummary('module'), {
    pause: () => Promise.reject(fault('bad-input', 'It does not run.')),
  })
  await user.click(screen.getByRole('button', { name: 'Pause' }))
  expect((await screen.findByRole('alert')).textContent).toContain('It does not run.')
})

it('the priority is chosen by name', async () => {
  const { user, asked } = mountActions(jobSummary('render'), { setPriority: done })
  await user.click(screen.getByRole('button', { name: 'Priority: Normal' }))
  await user.click(await screen.findByRole('menuitem', { name: 'High' }))
  await screen.findByText('Priority is High now')
  expect(asked('jobs.setPriority')).toEqual([{ job_id: 'job-render', priority: 0.8 }])
})

it('a job is cancelled only after a question whose safe answer has the focus', async () => {
  const { user, asked } = mountActions(jobSummary('module'), { cancel: done })
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  const keep = screen.getByRole('button', { name: 'Leave it as it is' })
  expect(document.activeElement).toBe(keep)
  expect(asked('jobs.cancel')).toEqual([])
  await user.click(screen.getByRole('button', { name: 'Cancel the job' }))
  await waitFor(() => expect(asked('jobs.cancel')).toEqual([{ job_id: 'job-module' }]))
})

const frame = (index: number, some: Partial<JobSummary> = {}) =>
  jobSummary('render', {
    job_id: jobId(`f${index}`),
    series: { id: jobId('f0'), index, count: 3 },
    ...some,
  })

it('of a series all frames that go on are cancelled at once', async () => {
  const frames = [frame(0, DONE), frame(1), frame(2)]
  const { user, asked } = mountActions(frames[1]!, { cancel: done }, frames)
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  await user.click(screen.getByRole('button', { name: 'Cancel all frames' }))
  await waitFor(() => expect(asked('jobs.cancel')).toEqual([{ job_id: 'job-f0', whole: true }]))
})

it('of a series the shown frame may be cancelled alone', async () => {
  const frames = [frame(0, DONE), frame(1), frame(2)]
  const { user, asked } = mountActions(frames[2]!, { cancel: done }, frames)
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  await user.click(screen.getByRole('button', { name: 'Only this frame' }))
  await waitFor(() => expect(asked('jobs.cancel')).toEqual([{ job_id: 'job-f2' }]))
})

it('a series is paused, ordered and resumed as one, also from a frame that is done', async () => {
  const frames = [frame(0, DONE), frame(1), frame(2)]
  const whole = { job_id: 'job-f0', whole: true }
  const { user, asked, redraw } = mountActions(
    frames[0]!,
    { pause: done, resume: done, setPriority: done },
    frames,
  )
  await user.click(screen.getByRole('button', { name: 'Pause' }))
  await screen.findByText(/^Paused\./)
  expect(asked('jobs.pause')).toEqual([whole])
  await user.click(screen.getByRole('button', { name: 'Priority: Normal' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Low' }))
  await screen.findByText('Priority is Low now')
  expect(asked('jobs.setPriority')).toEqual([{ ...whole, priority: 0.2 }])
  const paused = { kind: 'paused', since_ms: 1 } as const
  const now = [frames[0]!, frame(1, { state: paused }), frame(2, { state: paused })]
  redraw(
    <RemovedJobsProvider>
      <JobActions job={now[0]!} siblings={now} />
    </RemovedJobsProvider>,
  )
  await user.click(screen.getByRole('button', { name: 'Resume' }))
  await screen.findByText('It’s running again.')
  expect(asked('jobs.resume')).toEqual([whole])
})

it('a finished job is removed with an undo, and the board is shown', async () => {
  const { user, asked, path } = mountActions(jobSummary('other', DONE), undefined)
  expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Remove' }))
  expect(path()).toBe('/jobs')
  await screen.findByText('Folding was removed')
  expect(asked('jobs.remove')).toEqual([])
})

it('a render of which something is here can be stopped and kept as it is', async () => {
  const { user, asked, redraw } = mountActions(jobSummary('render'), { cancel: done })
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  await user.click(screen.getByRole('button', { name: 'Stop now and keep this' }))
  await screen.findByText('Stopped. What is finished is kept.')
  expect(asked('jobs.cancel')).toEqual([{ job_id: 'job-render', keep: true }])
  for (const job of [jobSummary('render', { stored: 0 }), jobSummary('module')]) {
    redraw(
      <RemovedJobsProvider key={job.job_id + `${job.stored}`}>
        <JobActions job={job} siblings={[]} />
      </RemovedJobsProvider>,
    )
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(screen.queryByRole('button', { name: 'Stop now and keep this' })).toBeNull()
  }
})

it('an animation is stopped and kept as one, where a frame under way has something', async () => {
  const frames = [frame(0, DONE), frame(1), frame(2, { stored: 0 })]
  const { user, asked, redraw } = mountActions(frames[2]!, { cancel: done }, frames)
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  await user.click(screen.getByRole('button', { name: 'Stop now and keep this' }))
  await screen.findByText('Stopped. What is finished is kept.')
  expect(asked('jobs.cancel')).toEqual([{ job_id: 'job-f0', whole: true, keep: true }])
  const begun = [frame(0, DONE), frame(1, { stored: 0 }), frame(2, { stored: 0 })]
  redraw(
    <RemovedJobsProvider key="begun">
      <JobActions job={begun[2]!} siblings={begun} />
    </RemovedJobsProvider>,
  )
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  expect(screen.queryByRole('button', { name: 'Stop now and keep this' })).toBeNull()
})
