import type { Command } from 'commander'
import type { FactsOf, JobSummary, KindName, ResultFormat } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import type { JobId } from '../../protocol/ids.ts'
import type { Fact } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'

/** A job of one kind, as its peer tells of it. */
export type JobOf<K extends KindName> = JobSummary & { readonly facts: FactsOf<K> }

/** A kind of job on the command line. */
export interface JobKind<K extends KindName = KindName> {
  /** Its commands are there in development only. Its jobs are shown and their results saved everywhere. */
  readonly isForDevelopment?: true
  /** Commands for this kind alone, such as the one that submits a job, in the order of the help. */
  commands(terminal: Terminal): readonly Command[]
  /**
   * The format of the result that a file of this name gets; undefined where the kind has only one.
   * @param asRendered of a picture that is cleaned of noise, as it was before
   * @throws FaultError `bad-input` for an ending that the kind has no format for
   */
  resultFormat(path: string, asRendered?: boolean): ResultFormat | undefined
  /** Waits until a result is made, and shows how far it is; for kinds where that takes long. */
  followResult?(terminal: Terminal, calls: ApiCalls, job: JobId): Promise<void>
  /** Facts that `job-status` shows of jobs of this kind alone. */
  facts?(job: JobOf<K>): readonly Fact[]
}
