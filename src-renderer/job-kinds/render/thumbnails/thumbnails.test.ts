import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { JobId } from '#contract'
import type { ApiCalls } from '../../../connection/api-calls.ts'
import { createThumbnails } from './thumbnails.tsx'

let revoked: string[]
beforeEach(() => {
  revoked = []
  let made = 0
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => `blob:${++made}`)
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void revoked.push(url))
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A node that has a picture of every job, unless it is told to fail. */
function node() {
  const asked: string[] = []
  const state = { fails: false }
  const thumbnail = ({ job_id }: { job_id: string }) => {
    asked.push(job_id)
    return state.fails
      ? Promise.reject(new Error('no'))
      : Promise.resolve({ image: new Blob([job_id]), width: 1, height: 1 })
  }
  return { asked, state, calls: { render: { thumbnail } } as unknown as ApiCalls }
}
const id = (name: number): JobId => `job-${name}` as JobId

test('a picture is asked for once, however often it is shown', async () => {
  const { asked, calls } = node()
  const thumbnails = createThumbnails()
  const [first, second] = await Promise.all([thumbnails.get(calls, id(1)), thumbnails.get(calls, id(1))])
  expect(first).toBe(second)
  expect(asked).toEqual(['job-1'])
})

test('a picture that failed is asked for again', async () => {
  const { state, calls } = node()
  const thumbnails = createThumbnails()
  state.fails = true
  await expect(thumbnails.get(calls, id(1))).rejects.toThrow('no')
  state.fails = false
  await expect(thumbnails.get(calls, id(1))).resolves.toBe('blob:1')
})

test('no more than so many are kept, and the longest unused goes first', async () => {
  const { asked, calls } = node()
  const thumbnails = createThumbnails()
  const first = await thumbnails.get(calls, id(0))
  const second = await thumbnails.get(calls, id(1))
  for (let i = 2; i < 400; i++) await thumbnails.get(calls, id(i))
  await thumbnails.get(calls, id(0))
  await thumbnails.get(calls, id(400))
  await Promise.resolve()
  expect(revoked).toEqual([second])
  expect(await thumbnails.get(calls, id(0))).toBe(first)
  expect(asked).toHaveLength(401)
})

test('all are let go of in the end', async () => {
  const { calls } = node()
  const thumbnails = createThumbnails()
  await thumbnails.get(calls, id(1))
  thumbnails.clear()
  await Promise.resolve()
  expect(revoked).toEqual(['blob:1'])
})
