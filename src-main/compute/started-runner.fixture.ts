import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Runner } from '../ports/runner.ts'
import { clock } from './clock.fixture.ts'
import { createRunner } from './runner.ts'

/** A started runner whose blobs and outputs lie in a folder of its own. */
export interface StartedRunner {
  readonly runner: Runner
  readonly folder: string
  /** Stops it, and removes its folder. */
  stop(): Promise<void>
}

/** Starts a runner of so many workers in real compute hosts. */
export async function startRunner(workers: number): Promise<StartedRunner> {
  const folder = await mkdtemp(join(tmpdir(), 'meshwork-runner-'))
  await mkdir(join(folder, 'blobs'))
  const runner = createRunner({
    clock,
    stagingFolder: join(folder, 'staging'),
    blobFolder: join(folder, 'blobs'),
    workers,
  })
  await runner.start()
  return {
    runner,
    folder,
    async stop() {
      await runner.stop()
      await rm(folder, { recursive: true })
    },
  }
}
