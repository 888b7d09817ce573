import { describe, expect, it } from 'vitest'
import type { JobFacts, JobSummary } from '#contract'
import { newCommand } from '../daemon/peer-command.ts'
import { safeTerminal } from '../output/terminal.ts'
import type { JobKind } from './job-kind.ts'
import * as kinds from './kinds.ts'
import { kindCommands, kindFacts, kindOf } from './table.ts'

const terminal = safeTerminal({
  out: () => undefined,
  outBytes: () => Promise.resolve(),
  err: () => undefined,
  columns: undefined,
})

/** A job with the facts of some kind, of which only a newer peer may know. */
const jobOf = (kind: string): JobSummary =>
  ({
    algorithm: { id: 'vendor.hologram', version: '3.1.0' },
    facts: { kind } as unknown as JobFacts,
  }) as JobSummary

describe('the table of kinds on the command line', () => {
  it('has a kind for the facts of every job', () => {
    for (const [name, kind] of Object.entries(kinds)) expect(kindOf(jobOf(name))).toBe(kind)
  })

  it.each(['hologram', 'constructor', ''])('takes a job of the unknown kind %j for another', (name) => {
    expect(kindOf(jobOf(name))).toBe(kinds.other)
  })

  it('says of a job from a peer of an older version that the peer is to be started again', () => {
    expect(() => kindOf({})).toThrow(
      'the peer runs an older version than this command: stop it and start it again',
    )
  })

  it('knows the formats of a picture, and takes any name for what it cannot look into', () => {
    expect(['a.png', 'b/C.EXR'].map((path) => kinds.render.resultFormat(path))).toEqual(['png', 'exr'])
    for (const path of ['a.jpg', 'a', '.png', 'png', 'a.png.gz', '']) {
      expect(() => kinds.render.resultFormat(path)).toThrow(`${path} should end in .png or .exr`)
      expect(kinds.module.resultFormat(path)).toBeUndefined()
      expect(kinds.other.resultFormat(path)).toBeUndefined()
    }
  })

  it('says of a job without a kind of its own which algorithm computes it', () => {
    for (const name of ['other', 'hologram']) {
      expect(kindFacts(jobOf(name))).toEqual([['algorithm', 'vendor.hologram 3.1.0']])
    }
    expect(kindFacts(jobOf('module'))).toEqual([])
  })

  it('has each kind’s commands in the order of the help', () => {
    const names = kindCommands(terminal, false).map((command) => command.name())
    expect(names).toEqual(['run', 'submit-job', 'submit-render', 'samples', 'rerun-job', 'continue-job'])
  })

  it('shows a kind for development there alone', () => {
    const draft: JobKind = {
      isForDevelopment: true,
      commands: () => [newCommand('submit-draft', 'submit a draft', 'meshctl submit-draft')],
      resultFormat: () => undefined,
    }
    const shown = (isDevelopment: boolean): string[] =>
      kindCommands(terminal, isDevelopment, { draft, other: kinds.other }).map((command) => command.name())
    expect([shown(false), shown(true)]).toEqual([[], ['submit-draft']])
  })
})
