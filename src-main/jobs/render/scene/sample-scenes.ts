import type { SampleName, SceneFiles } from '#contract'
import type { Cid } from '../../../protocol/ids.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { runLocalTask, storeOutput } from '../../local-task.ts'
import { SAMPLE } from '../local-algorithms.ts'

/** A sample takes a fraction of a second and some megabytes; its file is at most 300 kB. */
const LIMITS = { wallMsMax: 60_000, memoryBytesMax: 512 << 20, outputBytesMax: 1 << 20 }
/** Samples that were asked for stay in the store under this owner while the peer runs: together less than a megabyte. */
const OWNER = 'api:samples'

/** Scenes that this peer makes for its user to try. */
export interface SampleScenes {
  /** Makes a sample, or finds it made: its file is in the store. */
  take(name: SampleName, signal: AbortSignal): Promise<SceneFiles>
}

/** Creates the samples. Those that an earlier run of the program kept are let go. */
export function createSampleScenes({ blobs, runner }: JobDependencies): SampleScenes {
  blobs.unpin(OWNER)
  const made = new Map<SampleName, Cid>()
  let tasks = 0

  async function make(name: SampleName, signal: AbortSignal): Promise<Cid> {
    const task = {
      id: `${OWNER}:${tasks++}`,
      algorithmId: SAMPLE.id,
      algorithmVersion: SAMPLE.version,
      params: { name },
      inputs: {},
      limits: LIMITS,
    }
    const { output } = await runLocalTask(runner, task, signal)
    return (await storeOutput(blobs, output, OWNER)).cid
  }

  return {
    async take(name, signal) {
      const known = made.get(name)
      // Somebody who makes room may have removed the store's files.
      const cid = known !== undefined && blobs.has(known) ? known : await make(name, signal)
      made.set(name, cid)
      const main = `${name}.glb`
      return { files: [{ name: main, cid }], main }
    },
  }
}
