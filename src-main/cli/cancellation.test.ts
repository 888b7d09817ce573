import { expect, test } from 'vitest'
import { JobId } from '../protocol/ids.ts'
import { interruptible, leftOfJob, lostWithJob, type JobWait } from './cancellation.ts'

test.each<[string, JobWait, RegExp]>([
  ['before the job is there', {}, /^interrupted before the job was submitted$/],
  ['while it is submitted', { isSubmitting: true }, /meshctl list-jobs shows whether it was$/],
  [
    'while it runs',
    { job_id: JobId.parse('job-1') },
    /^job-1 goes on: .+--watch, or end it: meshctl cancel-job job-1$/,
  ],
])(
  '[Y15] a command that waits for a job is interrupted %s, and says what is left',
  async (_, wait, message) => {
    const before = process.listenerCount('SIGINT')
    const work = interruptible(
      () => leftOfJob(wait),
      () => new Promise<void>(() => undefined),
    )
    process.emit('SIGINT', 'SIGINT')
    await expect(work).rejects.toMatchObject({
      fault: { kind: 'cancelled', message: expect.stringMatching(message) as string },
    })
    expect(process.listenerCount('SIGINT')).toBe(before)
  },
)

test('uninterrupted work ends as it ends', async () => {
  const left = (): string => 'left'
  expect(await interruptible(left, () => Promise.resolve(7))).toBe(7)
  await expect(interruptible(left, () => Promise.reject(new Error('as it is')))).rejects.toThrow('as it is')
})

test.each<[string, JobWait, string | undefined]>([
  ['before the job is there', {}, undefined],
  ['while it is submitted', { isSubmitting: true }, 'meshctl list-jobs shows whether the job was submitted'],
  [
    'while it runs',
    { job_id: JobId.parse('job-1') },
    'job-1 is kept, and goes on when the peer does: meshctl job-status job-1 --watch',
  ],
])('[Y15] a command that loses its peer %s says so', (_, wait, said) => {
  expect(lostWithJob(wait)).toBe(said)
})
