import { describe, expect, it } from 'vitest'
import type { ApiCalls } from '../../api/transport/client.ts'
import { submitOf, type RequestFor } from './submit.ts'

const request: RequestFor<'module'> = { kind: 'module', module: 'bafkreia' }

/** A peer that takes every job for one of a kind. */
function peerFor(kind: string, asked: unknown[] = []): ApiCalls {
  const submit = (job: unknown) => {
    asked.push(job)
    return Promise.resolve({ kind, job_id: 'job-1', units: 3 })
  }
  return { jobs: { submit } } as unknown as ApiCalls
}

describe('a job that is submitted', () => {
  it('is asked for as it is, and answered for in its own kind', async () => {
    const asked: unknown[] = []
    const submitted = await submitOf(peerFor('module', asked), request)
    expect(submitted).toEqual({ kind: 'module', job_id: 'job-1', units: 3 })
    expect(asked).toEqual([request])
  })

  it('is not taken for one of another kind', async () => {
    await expect(submitOf(peerFor('render'), request)).rejects.toThrow('a module was submitted, not a render')
  })
})
