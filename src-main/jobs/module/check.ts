import type { ModuleRequest } from '#contract'
import type { Cid } from '../../protocol/ids.ts'
import { MODULE_ROLE } from '../../protocol/job-kinds/module.ts'
import type { JobDependencies } from '../dependencies.ts'
import { runLocalTask } from '../local-task.ts'
import { runFile } from '../../ports/run-inputs.ts'

/** The local task that says whether the sandbox takes a module. */
const CHECK = { id: 'wasm.check', version: '1.0.0' } as const
/** Metering goes at 50 MB/s or more, and V8's own checks are faster: the largest module takes seconds. */
const CHECK_LIMITS = { wallMsMax: 60_000, memoryBytesMax: 4 * 2 ** 30, outputBytesMax: 0 }

/**
 * Lets the sandbox look at a module, in the compute host: this process never reads what a stranger wrote.
 * @throws FaultError `module-refused` with one line that says what is wrong and where
 */
export async function checkModule(
  { blobs, runner }: Pick<JobDependencies, 'blobs' | 'runner'>,
  cid: Cid,
  { limits }: Pick<ModuleRequest, 'limits'>,
  signal: AbortSignal,
): Promise<void> {
  const task = {
    id: `check ${cid}`,
    algorithmId: CHECK.id,
    algorithmVersion: CHECK.version,
    params: { limits },
    inputs: { [MODULE_ROLE]: runFile(blobs, cid, 'the module') },
    limits: CHECK_LIMITS,
  }
  await runLocalTask(runner, task, signal)
}
