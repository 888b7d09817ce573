import { expect, test } from 'vitest'
import { createFrameAssembly } from './frame-assembly.ts'

test('[N1] a frame whose stream is lost while it waits for its bytes takes no memory when they are granted', async () => {
  const asked = Promise.withResolvers<undefined>()
  let isGranted = false
  const assembly = createFrameAssembly(
    { bytesMax: () => 1_000, nowMs: () => 0, reserve: () => asked.promise },
    {
      into: () => undefined,
      oversized: () => undefined,
      reserving: () => undefined,
      granted: () => (isGranted = true),
    },
  )
  assembly.push([Uint8Array.of(0, 0, 0, 100)])
  expect(assembly.next()).toBeUndefined()
  expect(assembly.isReserving()).toBe(true)
  assembly.end()
  asked.resolve(undefined)
  await asked.promise
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(isGranted).toBe(false)
  expect(assembly.isBetweenFrames()).toBe(true)
})
