import { expect, it } from 'vitest'
import { createHealth } from './health.ts'
import { until } from './mesh.fixture.ts'

/** A health watch over parts that a test changes. */
function watched() {
  const due: (() => void)[] = []
  const parts = {
    nowMs: 0,
    freeBytes: 2 ** 40,
    deaths: 0,
    loop: { stopped: undefined as string | undefined, waiting: 0 },
  }
  let looks = 0
  const health = createHealth({
    runtime: { loop: () => parts.loop },
    hardware: {
      disk: () => {
        looks++
        return Promise.resolve({ freeBytes: parts.freeBytes, totalBytes: 2 ** 40 })
      },
    },
    hosts: [{ deathsInRow: () => parts.deaths }, { deathsInRow: () => 0 }],
    clock: {
      nowMs: () => parts.nowMs,
      after: (_delayMs, callback) => {
        due.push(callback)
        return () => undefined
      },
    },
    report: (error) => {
      throw error
    },
  })
  const pass = (ms: number): void => {
    parts.nowMs += ms
    due.splice(0).forEach((callback) => callback())
  }
  return { health, parts, pass, looks: () => looks }
}

it('[P9] the health of a peer is its journal, its disk, its loop and its compute hosts', async () => {
  const { health, parts, pass, looks } = watched()
  health.start()
  pass(1_000)
  expect(health.troubles()).toEqual([])
  parts.loop = { stopped: 'disk full', waiting: 20_000 }
  parts.deaths = 3
  expect(health.troubles()).toEqual([
    'journal: disk full',
    'journal: 20000 events wait for it',
    'compute host: 3 died one after the other',
  ])
  parts.loop = { stopped: undefined, waiting: 0 }
  parts.deaths = 2
  parts.freeBytes = 200 << 20
  pass(10_000)
  expect(looks()).toBe(2)
  await until(() => health.troubles().length === 2)
  expect(health.troubles()).toEqual(['disk: 200 MiB are left', 'loop: it stood still for 9000 ms'])
  parts.freeBytes = 2 ** 40
  for (let i = 0; i < 12; i++) pass(1_000)
  await until(() => health.troubles().length === 0)
  health.stop()
})
