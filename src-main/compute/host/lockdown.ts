/**
 * Node's permission model says nothing about the network, and `node:sqlite` does not ask it, so the compute host and
 * its workers do without everything that they have no use for. Strangers' code runs in WASM and could not ask; this is
 * for what is found wrong in a library of our own. It is a wall for JavaScript, not for machine code: that one is the
 * operating system's (wall.ts). The process has no secrets and no environment either.
 */
import Module, { isBuiltin, registerHooks, syncBuiltinESMExports } from 'node:module'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import { quickResolve } from '../../quick-resolve.ts'

/** Node's modules that a host or a library may load. None opens sockets, databases, processes or other threads. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...[
    'assert',
    'assert/strict',
    'async_hooks',
    'buffer',
    'constants',
    'crypto',
    'diagnostics_channel',
    'events',
  ],
  ...[
    'fs',
    'fs/promises',
    'module',
    'os',
    'path',
    'path/posix',
    'path/win32',
    'perf_hooks',
    'process',
    'punycode',
  ],
  ...[
    'querystring',
    'stream',
    'stream/consumers',
    'stream/promises',
    'stream/web',
    'string_decoder',
    'timers',
  ],
  ...['timers/promises', 'url', 'util', 'util/types', 'v8', 'vm', 'worker_threads', 'zlib'],
])

/** Globals that reach out. */
const FORBIDDEN_GLOBALS = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'navigator'] as const

/** Functions of `process` that load machine code, reach other processes or change what this one is. */
const FORBIDDEN_OF_PROCESS = [
  ...['binding', '_linkedBinding', 'dlopen', 'execve', 'chdir', '_debugProcess', '_debugEnd', 'loadEnvFile'],
  ...['report', 'setuid', 'setgid', 'seteuid', 'setegid', 'setgroups', 'initgroups', '_getActiveHandles'],
]

/** Functions of Node's module loader that would put something before the check below. */
const FORBIDDEN_OF_LOADER = [
  'register',
  'registerHooks',
  'runMain',
  '_preloadModules',
  'enableCompileCache',
] as const

/** Functions that stay open to the thread that locks itself down. */
interface LockDownOptions {
  /** The one program that new threads may run; without one none may be started. */
  readonly workerFile?: string
}

/** Takes network, environment and whatever else is not needed away from this thread, for good. Call it before all else. */
export function lockDown({ workerFile }: LockDownOptions = {}): void {
  // It was started without, but the shell in between may have left its own, such as the working folder.
  for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name)
  for (const name of FORBIDDEN_GLOBALS) take(globalThis, name, undefined)
  limitLoading()
  limitThreads(workerFile)
  limitProcess()
  // Functions that were imported by name before see the changes too.
  syncBuiltinESMExports()
}

/** Only what is allowed is found, whichever way it is asked for, and found quickly. */
function limitLoading(): void {
  const quick = quickResolve()
  const check = (specifier: string): void => {
    const isOfNode = specifier.startsWith('node:') || isBuiltin(specifier)
    if (isOfNode && !ALLOWED.has(specifier.replace(/^node:/, ''))) throw notHere(specifier)
  }
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      check(specifier)
      const resolved = quick(specifier, context, nextResolve)
      check(resolved.url)
      return resolved
    },
  })
  const loader = Module as unknown as { _load: (request: string, ...others: unknown[]) => unknown }
  const load = loader._load
  take(loader, '_load', (request: string, ...others: unknown[]) => {
    check(request)
    return load(request, ...others)
  })
  for (const name of FORBIDDEN_OF_LOADER) take(Module, name, refusal(name))
  const builtin = process.getBuiltinModule.bind(process)
  take(process, 'getBuiltinModule', (id: string) => {
    check(id)
    return builtin(id)
  })
}

/** A new thread has not been locked down, so only ours may be: it does that first. */
function limitThreads(workerFile: string | undefined): void {
  const threads = process.getBuiltinModule('worker_threads')
  const Original = threads.Worker
  const OwnWorker = function (file: string | URL, options: WorkerOptions = {}): Worker {
    if (workerFile === undefined || file !== workerFile || options.eval === true)
      throw notHere('another thread')
    return new Original(file, options)
  }
  OwnWorker.prototype = Original.prototype
  take(Original.prototype, 'constructor', OwnWorker)
  Object.assign(threads, { Worker: OwnWorker })
}

function limitProcess(): void {
  for (const name of FORBIDDEN_OF_PROCESS) if (name in process) take(process, name, refusal(name))
  const kill = process.kill.bind(process)
  const own = process.pid
  take(process, 'kill', (pid: number, signal?: string | number) => {
    if (pid !== own) throw notHere('a signal to another process')
    return kill(pid, signal)
  })
}

function refusal(name: string): () => never {
  return () => {
    throw notHere(name)
  }
}

function notHere(name: string): Error {
  return new Error(`${name} is not for the compute host`)
}

function take(from: object, name: string, instead: unknown): void {
  Object.defineProperty(from, name, { value: instead, writable: false, configurable: false })
}
