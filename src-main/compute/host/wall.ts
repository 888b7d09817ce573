/**
 * A wall of the operating system's around a compute host, behind Node's permission model and what lockdown.ts takes
 * away: an attacker who breaks out of V8 finds no network, no other process, no home and no key, only the program, the blobs
 * to read and the staging folder. On Linux it is bubblewrap's, where that is installed and this user may use it.
 * macOS and Windows have none that could be had without a signed helper.
 */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import type { HostWall } from '../../ports/runner.ts'

/** The wall around compute hosts on this machine, and the program that makes it. */
export type Wall =
  | (Extract<HostWall, { kind: 'bubblewrap' }> & { readonly file: string })
  | Extract<HostWall, { kind: 'none' }>

/** The paths that a walled process sees, besides the system's own programs. */
interface WalledFolders {
  readonly readable: readonly string[]
  /** The folder it may write into, and works in. */
  readonly writable: string
}

/** Where a system keeps what programs are linked to. */
const SYSTEM_FOLDERS = [
  '/usr',
  '/bin',
  '/lib',
  '/lib32',
  '/lib64',
  '/nix/store',
  '/gnu/store',
  '/etc/ld.so.cache',
]
/** Namespaces of its own for all there is, no way back, and an end with the process that started it. */
const ALONE = [
  '--unshare-all',
  '--cap-drop',
  'ALL',
  '--new-session',
  '--die-with-parent',
  '--hostname',
  'meshwork',
]
/** A trial that takes longer than this on a machine is no answer. */
const TRIAL_MS_MAX = 10_000
/** How a shell and bubblewrap tell that a program ended by a signal. */
const SIGNAL_EXIT_BASE = 128

let found: Promise<Wall> | undefined

/** The wall of this machine, tried once for all hosts of this process. */
export function findWall(): Promise<Wall> {
  found ??= tryWall(process.env['PATH'])
  return found
}

/** Whether bubblewrap is in one of the folders of `path`, and makes a wall for this user. */
export async function tryWall(
  path: string | undefined,
  platform: NodeJS.Platform = process.platform,
): Promise<Wall> {
  if (platform !== 'linux') return { kind: 'none', why: `there is none for ${platform} yet` }
  const file = (path ?? '')
    .split(delimiter)
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, 'bwrap'))
    .find((candidate) => existsSync(candidate))
  if (file === undefined) return { kind: 'none', why: 'bubblewrap is not installed' }
  const trial = [...ALONE, ...systemFolders(), '--proc', '/proc', '--dev', '/dev', '/bin/sh', '-c', 'exit 0']
  return new Promise((resolve) => {
    execFile(file, trial, { timeout: TRIAL_MS_MAX, env: {} }, (error, _stdout, stderr) => {
      const [line = ''] = stderr.trim().split('\n')
      if (error === null) resolve({ kind: 'bubblewrap', file })
      else resolve({ kind: 'none', why: `bubblewrap may not: ${line === '' ? error.message : line}` })
    })
  })
}

/** The command that runs `file` behind a wall; `file` itself where there is none. */
export function walledCommand(
  wall: Wall,
  file: string,
  { readable, writable }: WalledFolders,
): { readonly file: string; readonly leading: readonly string[] } {
  if (wall.kind === 'none') return { file, leading: [] }
  const program = realpathSync(file)
  return {
    file: wall.file,
    leading: [
      ...ALONE,
      ...systemFolders(),
      ...['--proc', '/proc', '--dev', '/dev'],
      ...[program, ...readable].flatMap((path) => ['--ro-bind-try', path, path]),
      ...['--bind', writable, writable, '--chdir', writable],
      // Else an attacker inside could fill the memory that folders made for this are kept in.
      ...['--remount-ro', '/', '--remount-ro', '/dev', '--', program],
    ],
  }
}

function systemFolders(): string[] {
  return SYSTEM_FOLDERS.flatMap((path) => ['--ro-bind-try', path, path])
}

/**
 * The process that a command of `walledCommand` and a shell before it became: the innermost of those that each have
 * one child, which the wall keeps from having any.
 */
export function innermostProcess(wall: Wall, pid: number | undefined): number | undefined {
  if (wall.kind === 'none' || pid === undefined) return pid
  const children = childrenOf(pid)
  const [only] = children
  return only === undefined || children.length > 1 ? pid : innermostProcess(wall, only)
}

/** Ends what is left of a wall around a folder whose own process has ended: the processes that it left behind. */
export function killOrphans(wall: Wall, writable: string): void {
  if (wall.kind === 'none') return
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const [file, ...given] = commandOf(pid)
    if (file !== undefined && given.includes(writable) && given.includes('--die-with-parent'))
      killProcess(pid)
  }
}

/** The words of a process's command; none for one that has ended or is another user's. */
function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch (error) {
    if (error instanceof Error && 'code' in error) return []
    throw error
  }
}

/** Kills a process, unless it has ended. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    // It ended already, which is heard of elsewhere.
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text
      .split(' ')
      .filter((part) => part !== '')
      .map(Number)
  } catch (error) {
    // It has just ended, which is heard of elsewhere.
    if (
      (error as NodeJS.ErrnoException).code === 'ENOENT' ||
      (error as NodeJS.ErrnoException).code === 'ESRCH'
    )
      return []
    throw error
  }
}

/** The signal by which a process behind a wall ended: its own end is told as an exit code. */
export function signalBehind(wall: Wall, exitCode: number | null): NodeJS.Signals | undefined {
  if (wall.kind === 'none' || exitCode === null || exitCode <= SIGNAL_EXIT_BASE) return undefined
  const number = exitCode - SIGNAL_EXIT_BASE
  const entry = Object.entries(constants.signals).find(([, value]) => value === number)
  return entry?.[0] as NodeJS.Signals | undefined
}
