import { expect, it } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import { WALL_MS_MAX } from '../../protocol/unit-limits.ts'
import { testJob } from '../mesh.fixture.ts'
import { runLimits } from './run-limits.ts'

const ANN = `12D3KooW${'A'.repeat(44)}` as PeerId

it('[W28] no unit runs longer than a day, whatever its manifest says that it takes', () => {
  const wallMs = (estimated_duration_seconds: number) =>
    runLimits({ ...testJob(ANN, 1, 1), estimated_duration_seconds }).wallMsMax
  expect([0, 6, 60, 604_800].map(wallMs)).toEqual([300_000, 300_000, 3_000_000, WALL_MS_MAX])
})
