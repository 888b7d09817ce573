import type { Command } from 'commander'
import type { JobSummary, KindName } from '#contract'
import { refuse } from '../../protocol/fault.ts'
import type { Fact } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import type { JobKind } from './job-kind.ts'
import * as listed from './kinds.ts'

/** A kind that is missing, or of another contract, is a type error here. */
const kinds: { readonly [K in KindName]: JobKind<K> } = listed

/**
 * The kind of a job; `other` for one that a newer peer knows and this version does not.
 * @throws FaultError `unsupported` for a job without facts: its peer was started before this version was installed
 */
export function kindOf({ facts }: { readonly facts?: JobSummary['facts'] }): JobKind {
  if (facts === undefined) {
    refuse('unsupported', 'the peer runs an older version than this command: stop it and start it again')
  }
  const { kind } = facts
  return Object.hasOwn(kinds, kind) ? kinds[kind] : kinds.other
}

/** Facts that jobs of this kind alone have. */
export function kindFacts(job: JobSummary): readonly Fact[] {
  return kindOf(job).facts?.(job) ?? []
}

/** Commands of all kinds, in the order of the help; those for development only where that is asked for. */
export function kindCommands(
  terminal: Terminal,
  isDevelopment: boolean,
  table: Readonly<Record<string, JobKind>> = kinds,
): Command[] {
  return Object.values(table)
    .filter(({ isForDevelopment = false }) => isDevelopment || !isForDevelopment)
    .flatMap((kind) => kind.commands(terminal))
}
