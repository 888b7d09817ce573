import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, pause, run } from './commands.ts'

/** Everything that a lab leaves on the machine, in /run/netns and in the folder for temporary files, has this prefix. */
const PREFIX = 'mwlab'
/** A process that was killed is gone after some milliseconds. */
const LOOK_EVERY_MS = 20

/** A network namespace of the lab: a machine with interfaces, routes and a firewall of its own. */
export interface Namespace {
  /** As `ip netns` knows it. */
  readonly name: string
  /** Commands of `ip`, in this order. */
  ip(...commands: readonly string[]): Promise<void>
  /** Commands of `nft`, a statement a line. @returns what it printed */
  nft(...lines: readonly string[]): Promise<string>
  /** Sets a value below /proc/sys/net. */
  setSystem(path: string, value: number): Promise<void>
  /** Starts a program in it. The process is the program itself, so that signals reach it. */
  spawn(program: string, args: readonly string[], options: SpawnOptions): ChildProcess
}

/** Namespaces and a folder, which are all gone when it is closed. */
export interface Testbed {
  /** For the files of the lab; root's alone. */
  readonly folder: string
  open(name: string): Promise<Namespace>
  /** Ends all processes in the namespaces, and removes the namespaces and the folder. */
  close(): Promise<void>
}

let opened = 0

/** Opens an empty testbed. Its names hold this process' id and start, so that a later run can tell leftovers from what is in use. */
export async function openTestbed(): Promise<Testbed> {
  await clearLeftovers()
  const prefix = `${PREFIX}-${process.pid}-${startOf(process.pid)}-${++opened}`
  const folder = join(tmpdir(), prefix)
  await mkdir(folder, { mode: 0o700 })
  const opening = new Map<string, Promise<Namespace>>()
  let closed = false
  return {
    folder,
    open(short) {
      if (closed) return Promise.reject(new Error('the lab is over'))
      const name = `${prefix}-${short}`
      const namespace = openNamespace(name)
      opening.set(name, namespace)
      return namespace
    },
    async close() {
      closed = true
      for (const [name, namespace] of opening) {
        const [{ status }] = await Promise.allSettled([namespace])
        if (status === 'fulfilled') await removeNamespace(name)
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function openNamespace(name: string): Promise<Namespace> {
  await run('ip', ['netns', 'add', name])
  const namespace = namespaceOf(name)
  await namespace.ip('link set lo up')
  return namespace
}

function namespaceOf(name: string): Namespace {
  const enter = ['netns', 'exec', name]
  return {
    name,
    async ip(...commands) {
      await run('ip', ['-n', name, '-batch', '-'], `${commands.join('\n')}\n`)
    },
    nft: (...lines) => run('ip', [...enter, findProgram('nft') ?? 'nft', '-f', '-'], `${lines.join('\n')}\n`),
    async setSystem(path, value) {
      await run('ip', [...enter, 'sh', '-c', `echo ${value} > /proc/sys/net/${path}`])
    },
    spawn: (program, args, options) =>
      spawn(findProgram('ip') ?? 'ip', [...enter, program, ...args], options),
  }
}

/** Removes the leftovers of runs that were killed; those of a process that lives are left alone. */
export async function clearLeftovers(): Promise<void> {
  const namespaces = (await run('ip', ['netns', 'list'])).split('\n').map((line) => line.split(' ')[0] ?? '')
  for (const name of namespaces.filter(isLeftOver)) await removeNamespace(name)
  for (const name of (await readdir(tmpdir())).filter(isLeftOver)) {
    await rm(join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isLeftOver(name: string): boolean {
  const [, pid, start] = new RegExp(`^${PREFIX}-(\\d+)-(\\d+)-\\d+(?:-|$)`).exec(name) ?? []
  return pid !== undefined && startOf(Number(pid)) !== start
}

/** When a process was started, in ticks since the machine was: with its id, its name. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name is in parentheses and may hold anything; the 22nd field is the 20th after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined // no such process
  }
}

/** Ends all processes in a namespace, waits until they have ended, and removes the namespace. */
async function removeNamespace(name: string): Promise<void> {
  try {
    await endAllIn(name)
    await run('ip', ['netns', 'del', name])
  } catch (error) {
    // Another lab that began at the same time has removed these leftovers.
    if (existsSync(join('/run/netns', name))) throw error
  }
}

async function endAllIn(namespace: string): Promise<void> {
  for (;;) {
    const inside = await processesIn(namespace)
    if (inside.length === 0) return
    for (const pid of inside) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        continue // it has just ended by itself
      }
    }
    await pause(LOOK_EVERY_MS)
  }
}

/** The ids of all that runs in a namespace. */
export async function processesIn(namespace: string): Promise<readonly number[]> {
  return (await run('ip', ['netns', 'pids', namespace])).split('\n').filter(Boolean).map(Number)
}
