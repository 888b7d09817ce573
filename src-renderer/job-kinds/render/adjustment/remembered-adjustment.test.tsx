import { expect, it } from 'vitest'
import { jobId } from '../../job.fixture.ts'
import { rememberAdjustment, rememberedAdjustment } from './remembered-adjustment.ts'
import { AS_DELIVERED } from './tone-mapping.ts'

const job = (name: string) => ({ job_id: jobId(name) })
const frame = (name: string) => ({ ...job(name), series: { id: jobId('turn'), index: 0, count: 2 } })
const BRIGHTER = { stops: 0.5, toneMapping: 'reinhard' } as const

it('frames of an animation share their adjustment, and no other picture has it', () => {
  rememberAdjustment(frame('f1'), BRIGHTER)
  expect(rememberedAdjustment(frame('f2'))).toEqual(BRIGHTER)
  expect(rememberedAdjustment(job('other'))).toEqual(AS_DELIVERED)
})

it('only the latest are kept', () => {
  for (let n = 0; n <= 200; n++) rememberAdjustment(job(`${n}`), BRIGHTER)
  expect(rememberedAdjustment(job('0'))).toEqual(AS_DELIVERED)
  expect([1, 200].map((n) => rememberedAdjustment(job(`${n}`)))).toEqual([BRIGHTER, BRIGHTER])
})

it.each([
  'no JSON',
  '{}',
  '[1, null, ["job-a"], ["job-a", 7]]',
  '[["job-a", {"stops": 900, "toneMapping": "aces"}]]',
  '[["job-a", {"stops": null, "toneMapping": "aces"}]]',
  '[["job-a", {"stops": 1, "toneMapping": "of tomorrow"}]]',
])('what is kept and not understood is left out: %s', (kept) => {
  localStorage.setItem('meshwork:adjustments', kept)
  expect(rememberedAdjustment(job('a'))).toEqual(AS_DELIVERED)
  rememberAdjustment(job('a'), BRIGHTER)
  expect(rememberedAdjustment(job('a'))).toEqual(BRIGHTER)
})
