import { expect, it } from 'vitest'
import type { RenderFacts } from '#contract'
import { pictureFacts } from './picture-facts.ts'

const facts = (changes: Partial<RenderFacts>) =>
  pictureFacts({ kind: 'render', width: 8, height: 8, spp: 1, tile: 8, samples_per_unit: 1, ...changes })

it.each([
  [0.8324, '+0.8 EV, metered'],
  [-4, '-4.0 EV, metered'],
  [-0.04, '0 EV, metered'],
])('an exposure of %d stops is told as %s', (exposure_stops, text) => {
  expect(facts({ exposure_stops })).toEqual([['exposure', text]])
})

it('a scene without lights is told of, and what to do', () => {
  expect(facts({ lit_by: 'own' })).toEqual([['light', 'the scene’s own']])
  for (const lit_by of ['studio', 'nothing'] as const) {
    expect(facts({ lit_by })[0]?.[1]).toMatch(/add .*light.* choose one \(--light\)$/)
  }
})

it('a picture that is cleaned says so, and how much', () => {
  expect(facts({ denoise: 1 })[0]?.[1]).toMatch(/^taken out of the finished picture; /)
  expect(facts({ denoise: 0.5 })[0]?.[1]).toContain('at 50 %')
})

it('a job of an earlier version has neither', () => {
  expect(facts({})).toEqual([])
})
