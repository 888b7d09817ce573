import { expect, test } from 'vitest'
import { refuse } from '../../protocol/fault.ts'
import { createBlobPins } from './blob-pins.ts'

test('[Y11] what a full disk does not take is let go of in order, before anything is pinned again', () => {
  const written: string[] = []
  let isFull = true
  const write = (line: string) => {
    if (isFull) refuse('disk-full', 'the disk is full')
    written.push(line)
  }
  const pins = createBlobPins({
    pin: (_, owner) => write(`pin ${owner}`),
    unpin: (owner) => write(`unpin ${owner}`),
  })
  pins.unpin('a')
  pins.unpin('b')
  expect(() => pins.pin([], 'a')).toThrow('full')
  isFull = false
  pins.pin([], 'a')
  expect(written).toEqual(['unpin a', 'unpin b', 'pin a'])
})
