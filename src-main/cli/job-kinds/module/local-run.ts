import { constants } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blobPieces } from '../../../ports/blob-pieces.ts'
import { storeOutput } from '../../../jobs/local-task.ts'
import { runFile } from '../../../ports/run-inputs.ts'
import type { Sandbox } from '../../../assemble.ts'
import type { BlobStore } from '../../../ports/blob-store.ts'
import type { RunOutcome, RunTask } from '../../../ports/runner.ts'
import { refuse } from '../../../protocol/fault.ts'
import type { Cid } from '../../../protocol/ids.ts'
import { systemWords } from '../../../protocol/system-error.ts'
import type { RunMetrics } from '../../../protocol/receipt.ts'
import {
  INPUT_ROLE,
  MODULE_ROLE,
  moduleRules,
  type ModuleCallParams,
} from '../../../protocol/job-kinds/module.ts'
import type { LocalFile } from '../../files/local-file.ts'

/** A timer that keeps the process has to have some period. */
const AWAKE_EVERY_MS = 60_000

/** A module to run once on this machine. */
export interface LocalRun {
  readonly module: LocalFile
  readonly input: LocalFile | undefined
  readonly params: ModuleCallParams
  readonly signal: AbortSignal
  /** Told now and then how far the module says it is, 0 to 1. */
  readonly progress: (fraction: number) => void
}

/** The output of a run, and what it cost. */
export interface LocalOutput {
  readonly cid: Cid
  readonly bytes: number
  readonly metrics: RunMetrics
  /** Names the code that ran it, the meter's identity included. */
  readonly engine: string
  /** The output's bytes, in order. */
  readonly content: AsyncIterable<Uint8Array>
}

/**
 * Runs a module as a unit of the mesh would be, in a compute host of its own, without a peer. Everything lies in a
 * temporary folder, which is gone when this returns.
 *
 * @param use what to do with the output while it is there
 * @param log told what the module logged, however it ended
 * @throws FaultError that the run ended with; `bad-input` for files that cannot be read
 */
export async function runLocally<T>(
  run: LocalRun,
  log: (text: string) => void,
  use: (output: LocalOutput) => Promise<T>,
): Promise<T> {
  // Only this command needs a compute host; the others would wait for it to load.
  const { assembleSandbox } = await import('../../../assemble.ts')
  const folder = await temporaryFolder()
  let sandbox: Sandbox | undefined
  // A daemon's servers keep its process; here, between two compute hosts, only timers of the clock wait, which do not.
  const awake = setInterval(() => undefined, AWAKE_EVERY_MS)
  try {
    sandbox = await assembleSandbox(folder)
    return await use(await runIn(sandbox, folder, run, log))
  } finally {
    await sandbox?.stop()
    clearInterval(awake)
    await rm(folder, { recursive: true, force: true })
  }
}

/** A folder of this run's own. @throws FaultError `storage-failed` */
async function temporaryFolder(): Promise<string> {
  const parent = tmpdir()
  try {
    return await mkdtemp(join(parent, 'meshctl-run-'))
  } catch (error) {
    return refuse(
      'storage-failed',
      `cannot make a temporary folder in ${parent} (TMPDIR): ${systemWords(error)}`,
      error,
    )
  }
}

async function runIn(
  { runner, blobs }: Sandbox,
  folder: string,
  { module, input, params, signal, progress }: LocalRun,
  log: (text: string) => void,
): Promise<LocalOutput> {
  const { limits } = params
  const moduleCid = await takeCopy(blobs, folder, module)
  const inputCid = input === undefined ? undefined : await takeCopy(blobs, folder, input)
  const task: RunTask = {
    id: 'run',
    algorithmId: moduleRules.id,
    algorithmVersion: moduleRules.version,
    params,
    inputs: {
      [MODULE_ROLE]: runFile(blobs, moduleCid, 'the module'),
      ...(inputCid === undefined ? {} : { [INPUT_ROLE]: runFile(blobs, inputCid, 'the input') }),
    },
    unitIndex: 0,
    limits: {
      wallMsMax: limits.wall_ms,
      memoryBytesMax: Math.ceil(moduleRules.resources(params, { units: 1, limits }).ram_gb * 2 ** 30),
      outputBytesMax: limits.output_bytes,
    },
  }
  let outcome: RunOutcome | undefined
  await runner.run([task], {
    signal,
    finished: (_, result) => (outcome = result),
    progress: (_, fraction) => progress(fraction),
  })
  if (outcome === undefined) throw new Error('broken promise: a run ends with an outcome')
  const text = outcome.info?.['log']
  if (typeof text === 'string') log(text)
  if (outcome.kind === 'failed') refuse(outcome.fault.kind, outcome.fault.message)
  const { cid, bytes } = await storeOutput(blobs, outcome.output, 'run')
  const engine = runner.algorithms().find(({ algorithmId }) => algorithmId === moduleRules.id)?.engine
  const content = blobPieces(blobs, cid, signal)
  return { cid, bytes, metrics: outcome.metrics, engine: engine ?? 'unknown', content }
}

/** The store takes files over; the user's own stays where it is. Where the file system can, nothing is copied. */
async function takeCopy(blobs: BlobStore, folder: string, { path }: LocalFile): Promise<Cid> {
  const copy = join(folder, 'taken')
  try {
    await copyFile(path, copy, constants.COPYFILE_FICLONE)
  } catch (error) {
    refuse('bad-input', `cannot read ${path}: ${systemWords(error)}`, error)
  }
  return blobs.adopt(copy)
}
