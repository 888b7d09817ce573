import { describe, expect, it } from 'vitest'
import { speedOf } from './speed.ts'

function rendering(performance_score: number, supported = performance_score > 0) {
  return [
    { algorithm_id: 'mesh.noop', version: '1.0.0', supported: true, performance_score: 1 },
    { algorithm_id: 'render.path-trace', version: '1.0.0', supported, performance_score },
  ]
}

describe('the speed of a PC', () => {
  it('is being measured until there are algorithms', () => {
    expect(speedOf([], 8)).toEqual({ state: 'running' })
  })

  it('is that of the renderer, for all cores together', () => {
    expect(speedOf(rendering(0.5), 4)).toMatchObject({ state: 'measured', millionsPerSecond: 9.6 })
  })

  it('has a word for slow, usual and fast cores', () => {
    const grades = [0.1, 0.25, 0.4, 0.9].map((score) => speedOf(rendering(score), 1))
    expect(grades.map((speed) => speed.state === 'measured' && speed.grade)).toEqual([
      'slow',
      'slow',
      'usual',
      'fast',
    ])
  })

  it('says when the PC cannot render', () => {
    expect(speedOf(rendering(0), 8)).toEqual({ state: 'unable' })
    expect(speedOf(rendering(0.5, false), 8)).toEqual({ state: 'unable' })
    expect(speedOf(rendering(0.5).slice(0, 1), 8)).toEqual({ state: 'unable' })
  })
})
