import { screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Cid } from '#contract'
import { fault, mount, type Answers } from '../component.fixture.tsx'
import { DONE, jobSummary } from './job.fixture.ts'
import { SaveResultButton } from './save-result-button.tsx'

let saved: { readonly name: string; readonly blob: Blob }[]
beforeEach(() => {
  saved = []
  let offered = new Blob()
  URL.createObjectURL = (blob) => {
    if (blob instanceof Blob) offered = blob
    return 'blob:result'
  }
  URL.revokeObjectURL = () => undefined
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ name: this.download, blob: offered })
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const OUTPUT = 'bafyoutput' as Cid
const answers: Answers = {
  jobs: { result: () => ({ cid: OUTPUT, bytes: 6, sha256: 'a'.repeat(64) }) },
  blobs: { read: ({ offset }) => ({ chunk: new Blob([offset === 0 ? 'one' : 'two']), bytes: 6 }) },
}

it.each(['module', 'other'] as const)('the result of a %s is saved under its name, whole', async (kind) => {
  const job = jobSummary(kind, { ...DONE, description: 'Primes' })
  const { user, asked } = mount(<SaveResultButton job={job} />, { answers })
  await user.click(screen.getByRole('button', { name: 'Save the result' }))
  await screen.findByText('Saved Primes.out')
  expect(asked('jobs.result')).toEqual([{ job_id: job.job_id }])
  expect(asked('blobs.read')).toMatchObject([{ offset: 0 }, { offset: 3 }])
  expect(saved.map(({ name }) => name)).toEqual(['Primes.out'])
  expect(saved[0]!.blob.size).toBe(6)
})

it('a result that the node does not give is told, and can be asked for again', async () => {
  const result = () => Promise.reject(fault('unsupported', 'A newer version is needed.'))
  const { user } = mount(<SaveResultButton job={jobSummary('other', DONE)} />, {
    answers: { jobs: { result } },
  })
  await user.click(screen.getByRole('button', { name: 'Save the result' }))
  expect((await screen.findByRole('alert')).textContent).toContain('newer version')
  expect(saved).toEqual([])
  await waitFor(() => {
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save the result' }).disabled).toBe(false)
  })
})
