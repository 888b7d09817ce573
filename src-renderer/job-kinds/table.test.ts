import { describe, expect, test } from 'vitest'
import type { KindName } from '#contract'
import { loadMessages } from '#text'
import { factsOf, jobSummary } from './job.fixture.ts'
import * as kinds from './kinds.ts'
import { algorithmWords, faultWords, kindOf, kindOfAlgorithm, onlyForm, shownForms } from './table.ts'

const english = await loadMessages('en')
const newer = 'simulate' as KindName

describe('the kind of a job', () => {
  test('is found by its facts', () => {
    expect(kindOf(factsOf('render'))).toBe(kinds.render)
    expect(kindOf(factsOf('module'))).toBe(kinds.module)
    expect(kindOf(factsOf('other'))).toBe(kinds.other)
  })

  test('is other for a name that only a newer version knows, and for names that all objects have', () => {
    expect(kindOf({ kind: newer })).toBe(kinds.other)
    expect(kindOf({ kind: 'constructor' as KindName })).toBe(kinds.other)
  })

  test('has a picture and a form only where it is a render', () => {
    for (const kind of [kinds.module, kinds.other]) {
      expect(kind.Thumbnail).toBeUndefined()
      expect(kind.form).toBeUndefined()
    }
  })
})

describe('the kind of an algorithm', () => {
  test('is found by its whole id, and other for all else', () => {
    expect(kindOfAlgorithm('render.path-trace')).toBe(kinds.render)
    expect(kindOfAlgorithm('wasm.module')).toBe(kinds.module)
    expect(kindOfAlgorithm('render.raster')).toBe(kinds.other)
    expect(kindOfAlgorithm('wasm')).toBe(kinds.other)
  })

  test('is named in words, an unknown one by its id', () => {
    const work = (id: string) => algorithmWords(id, english).work
    expect(work('render.path-trace')).toBe('Render pictures')
    expect(work('wasm.module')).toBe('Run WebAssembly modules')
    expect(work('fold.protein')).toBe('Run fold.protein')
    expect(algorithmWords('fold.protein', english).here).toBe('fold.protein')
  })

  test('belongs to one kind only', () => {
    const ids = Object.values(kinds).flatMap(({ algorithms }) => algorithms)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

test('faults of units are said in the words of the kind, the rest in those for all', () => {
  const ofRender = faultWords(jobSummary('render'), english)
  const ofModule = faultWords(jobSummary('module'), english)
  expect(ofRender['blob-missing']).toBe('That PC did not get the scene.')
  expect(ofModule['blob-missing']).toBe('That PC did not get the input.')
  expect(ofRender['timed-out']).toBe(ofModule['timed-out'])
})

test('renders have the only form that a build for users shows', () => {
  expect(shownForms().map(({ name }) => name)).toEqual(['render'])
  expect(onlyForm()).toBe(kinds.render.form)
})

test('forms for development come after those for users, so that the empty board stays as users see it', () => {
  expect(shownForms(true).map(({ name }) => name)).toEqual(['render', 'noop'])
})
