import { describe, expect, test } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import { createChunkSchedule } from './chunk-schedule.ts'
import { SECOND_ASK_MS_MIN } from '../limits.ts'

const [a, b, c] = ['a', 'b', 'c'] as PeerId[] as [PeerId, PeerId, PeerId]
const anything = () => true

describe('a schedule of chunks', () => {
  test('each chunk is asked of one peer that can give it', () => {
    const schedule = createChunkSchedule([3, 1, 2], () => 0)
    expect(schedule.take(a, (index) => index === 1)).toBe(1)
    expect(schedule.take(a, anything)).toBe(3)
    expect(schedule.take(b, anything)).toBe(2)
    expect(schedule.take(c, anything)).toBeUndefined()
    expect(schedule.askedOf(a)).toEqual([1, 3])
    expect([schedule.left, schedule.inFlight]).toEqual([3, 3])
  })

  test('a chunk that one peer does not give is asked of another', () => {
    const schedule = createChunkSchedule([0], () => 0)
    schedule.take(a, anything)
    schedule.failed(0, a)
    expect(schedule.inFlight).toBe(0)
    expect(schedule.take(b, anything)).toBe(0)
    schedule.done(0)
    expect(schedule.left).toBe(0)
    schedule.failed(0, b)
    expect(schedule.isLacking(0)).toBe(false)
  })

  test('a late chunk is asked for a second time, of another peer, and not a third', () => {
    let nowMs = 0
    const schedule = createChunkSchedule([0], () => nowMs)
    schedule.take(a, anything)
    expect(schedule.take(b, anything)).toBeUndefined()
    nowMs = SECOND_ASK_MS_MIN + 1
    expect(schedule.take(a, anything)).toBeUndefined()
    expect(schedule.take(b, anything)).toBe(0)
    expect(schedule.take(c, anything)).toBeUndefined()
    schedule.failed(0, a)
    expect(schedule.askedOf(b)).toEqual([0])
  })

  test('where chunks take long, long is not late', () => {
    let nowMs = 0
    const schedule = createChunkSchedule([0, 1], () => nowMs)
    schedule.take(a, anything)
    nowMs = 10_000
    schedule.done(0)
    schedule.take(a, anything)
    nowMs = 30_000
    expect(schedule.take(b, anything)).toBeUndefined()
  })

  test('what a leader gives is taken though another was asked for it', () => {
    const schedule = createChunkSchedule([0, 1], () => 0)
    schedule.take(a, anything)
    expect(schedule.takeOneOf(b, [7, 0])).toBe(0)
    expect(schedule.takeOneOf(b, [0])).toBeUndefined()
  })
})
