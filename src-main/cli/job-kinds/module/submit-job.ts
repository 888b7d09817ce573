import { basename } from 'node:path'
import { glob } from 'node:fs/promises'
import type { Command } from 'commander'
import { DESCRIPTION_LENGTH_MAX, MODULE_FILES_MAX, submittedAs, type ModuleInput } from '#contract'
import type { ApiCalls } from '../../../api/transport/client.ts'
import { refuse } from '../../../protocol/fault.ts'
import type { Cid } from '../../../protocol/ids.ts'
import type { ModuleCallParams } from '../../../protocol/job-kinds/module.ts'
import { JOB_UNITS_MAX, REDUNDANCY_MAX } from '../../../protocol/limits.ts'
import { newCommand } from '../../daemon/peer-command.ts'
import { localFile, type LocalFile } from '../../files/local-file.ts'
import { uploadFiles } from '../../files/upload.ts'
import {
  COMPARE_FORMS,
  comparatorGiven,
  compareFile,
  compareOption,
  type CompareOption,
} from '../../options/compare-option.ts'
import { integerBetween, numberBetween, textBetween } from '../../options/arguments.ts'
import {
  placementGiven,
  withPlacementOptions,
  type PlacementOptions,
} from '../../options/placement-options.ts'
import type { Terminal } from '../../output/terminal.ts'
import { submitAndFollow, type RequestFor, type SubmissionOptions } from '../submission.ts'
import {
  paramsGiven,
  splitOption,
  withModuleOptions,
  type ModuleOptions,
  type SplitOption,
} from './module-options.ts'

const describing = textBetween(0, DESCRIPTION_LENGTH_MAX)

interface SubmitOptions extends SubmissionOptions, ModuleOptions, PlacementOptions {
  readonly wasm: string
  readonly input?: string
  readonly inputs?: readonly string[]
  readonly split?: SplitOption
  readonly units?: number
  readonly reduce?: string
  readonly compare?: CompareOption
  readonly description?: string
  readonly redundancy?: number
  readonly priority?: number
}

/** The files of a job: all that is uploaded, in the order in which their CIDs come back. */
interface JobFiles {
  readonly module: LocalFile
  readonly inputs: readonly LocalFile[]
  readonly reduce: LocalFile | undefined
  /** A module that compares outputs. */
  readonly compare: LocalFile | undefined
}

/** The command `submit-job`. */
export function submitJobCommand(terminal: Terminal): Command {
  const command = newCommand(
    'submit-job',
    'run a WebAssembly module on the mesh',
    'meshctl submit-job --wasm count.wasm --input log.txt --split lines:10000 --reduce sum.wasm --encrypt --out total.txt',
  )
    .requiredOption('--wasm <file>', 'the module: a WASI command, or one of the ABI meshwork-1')
    .option('--input <file>', 'what it reads as standard input or /in (default: nothing)')
    .option(
      '--split <how>',
      'cut the input into units: lines:10000, or bytes:64M (default: one unit)',
      splitOption,
    )
    .option('--inputs <files...>', 'many files, a unit for each: DIR/*')
    .option(
      '--units <count>',
      'so many units that read nothing (default: 1)',
      integerBetween(1, JOB_UNITS_MAX),
    )
    .option('--reduce <file>', 'a module that reads all outputs; its output is the job’s')
    .option(
      '--description <text>',
      'a name for the job, up to 500 characters (default: the module’s)',
      describing,
    )
    .option(
      '--redundancy <peers>',
      'peers that run each unit (default: 2)',
      integerBetween(1, REDUNDANCY_MAX),
    )
    .option('--priority <weight>', 'among your own jobs, 0 to 1 (default: 0.5)', numberBetween(0, 1))
    .option('--compare <how>', `when peers’ outputs agree: ${COMPARE_FORMS} (default: exact)`, compareOption)
    .option('--wait', 'stay until the job is done')
    .option('--out <file>', 'wait, then save the outputs, one after the other')
  const dataset = 'units go first to who has this blob; without --input they read it'
  return withPlacementOptions(withModuleOptions(command), dataset).action((options: SubmitOptions) =>
    submitModule(terminal, options),
  )
}

async function submitModule(terminal: Terminal, options: SubmitOptions): Promise<void> {
  checkReading(options)
  const params = paramsGiven(options)
  const files = await filesOf(options)
  await submitAndFollow(terminal, options, {
    async submit(calls, wait) {
      const cids = await uploadAll(terminal, calls, files)
      wait.isSubmitting = true
      return submittedAs('module', await calls.jobs.submit(requestOf(files, cids, params, options)))
    },
    acceptedText: ({ job_id, units }) => `${job_id}: ${units} units`,
  })
}

/** Units read in one way only. @throws FaultError `bad-input` */
function checkReading({ input, inputs, split, units, dataset }: SubmitOptions): void {
  const ways = { '--input': input, '--inputs': inputs, '--units': units }
  const [first, second] = Object.entries(ways).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (second !== undefined) refuse('bad-input', `${first ?? ''} and ${second} do not go together`)
  const isDatasetRead = dataset !== undefined && inputs === undefined && units === undefined
  if (split !== undefined && input === undefined && !isDatasetRead) {
    refuse('bad-input', '--split needs --input or --dataset')
  }
}

async function filesOf({ wasm, input, inputs, reduce, compare }: SubmitOptions): Promise<JobFiles> {
  const paths = input === undefined ? await expanded(inputs ?? []) : [input]
  const open = (path: string): Promise<LocalFile> => localFile(path, basename(path))
  return {
    module: await open(wasm),
    inputs: await Promise.all(paths.map(open)),
    reduce: reduce === undefined ? undefined : await open(reduce),
    compare: await compareFile(compare),
  }
}

/** The files that were named. A shell does this by itself, unless the pattern was quoted. */
async function expanded(patterns: readonly string[]): Promise<readonly string[]> {
  const paths: string[] = []
  for (const pattern of patterns) {
    if (!/[*?]/.test(pattern)) {
      paths.push(pattern)
      continue
    }
    const found: string[] = []
    for await (const path of glob(pattern)) found.push(path)
    if (found.length === 0) refuse('bad-input', `no file fits ${pattern}`)
    paths.push(...found.sort())
  }
  if (paths.length > MODULE_FILES_MAX) {
    refuse('bad-input', `${paths.length} files, at most ${MODULE_FILES_MAX}; join them and use --split`)
  }
  return paths
}

/** Uploaded files of a job. */
interface JobCids {
  readonly module: Cid
  readonly inputs: readonly Cid[]
  readonly reduce: Cid | undefined
  readonly compare: Cid | undefined
}

async function uploadAll(
  terminal: Terminal,
  calls: ApiCalls,
  { module, inputs, reduce, compare }: JobFiles,
): Promise<JobCids> {
  const more = [reduce, compare].filter((file) => file !== undefined)
  const [moduleCid, ...others] = await uploadFiles(terminal, calls, [module, ...inputs, ...more])
  if (moduleCid === undefined) throw new Error('broken promise: each file has a CID')
  return {
    module: moduleCid,
    inputs: others.slice(0, inputs.length),
    reduce: reduce === undefined ? undefined : others[inputs.length],
    compare: compare === undefined ? undefined : others.at(-1),
  }
}

function requestOf(
  files: JobFiles,
  { module, inputs, reduce, compare }: JobCids,
  params: ModuleCallParams,
  options: SubmitOptions,
): RequestFor<'module'> {
  const { description = files.module.name.slice(0, DESCRIPTION_LENGTH_MAX), redundancy, priority } = options
  return {
    kind: 'module',
    module,
    input: inputOf(options, inputs),
    ...(reduce === undefined ? {} : { reduce }),
    ...params,
    ...placementGiven(options),
    ...comparatorGiven(options.compare, compare),
    description,
    ...(redundancy === undefined ? {} : { redundancy }),
    ...(priority === undefined ? {} : { priority }),
  }
}

function inputOf({ inputs, split, units, dataset }: SubmitOptions, cids: readonly Cid[]): ModuleInput {
  // A dataset is read where nothing else is: it is here already, and need not be uploaded.
  const cid = cids[0] ?? (units === undefined ? dataset : undefined)
  if (cid === undefined) return { kind: 'nothing', units: units ?? 1 }
  if (inputs !== undefined) return { kind: 'files', cids: [...cids] }
  return split === undefined ? { kind: 'file', cid } : { ...split, cid }
}
