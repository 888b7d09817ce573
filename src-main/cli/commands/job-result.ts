import type { Command } from 'commander'
import type { ResultFile } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import type { JobId } from '../../protocol/ids.ts'
import { interruptible } from '../cancellation.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { openResultFile, saveResult } from '../files/result-file.ts'
import { kindOf } from '../job-kinds/table.ts'
import { jobId } from '../options/job-arguments.ts'
import type { Terminal } from '../output/terminal.ts'

interface ResultOptions extends CommonOptions {
  readonly out: string
  readonly asRendered?: boolean
}

/** The command `job-result`. */
export function jobResultCommand(terminal: Terminal): Command {
  return newCommand(
    'job-result',
    'save the result of a job',
    'meshctl job-result render-k3vx8m2q --out a.png',
  )
    .argument('<id>', 'the job', jobId)
    .requiredOption(
      '--out <file>',
      'where it goes: a .png or .exr file for a picture, any file for other results',
    )
    .option('--as-rendered', 'a picture with its noise, where the job’s picture is cleaned of it')
    .action((job_id: JobId, options: ResultOptions) => saveJobResult(terminal, job_id, options))
}

/**
 * Saves the result of a job to the file that `--out` names, in the format that the job's kind has for its ending, and
 * prints the file. Nothing is left there when it fails.
 * @param connected runs calls with the peer that is asked
 * @throws FaultError of the file, of its ending, and the peer's
 */
export async function saveJobResult(
  terminal: Terminal,
  job_id: JobId,
  options: ResultOptions,
  connected: typeof withPeer = withPeer,
): Promise<void> {
  const { out, asRendered } = options
  const file = await openResultFile(out)
  const fetch = async (calls: ApiCalls): Promise<ResultFile> => {
    const kind = kindOf(await calls.jobs.status({ job_id }))
    const format = kind.resultFormat(out, asRendered)
    if (asRendered !== true) await kind.followResult?.(terminal, calls, job_id)
    return saveResult(calls, job_id, format, file)
  }
  const save = (signal: AbortSignal): Promise<ResultFile> => connected(options, fetch, signal)
  const result = await interruptible(() => 'interrupted; nothing was saved', save).finally(() =>
    file.discard(),
  )
  print(terminal, options, { ...result, file: out }, () => `${out}\n`)
}
