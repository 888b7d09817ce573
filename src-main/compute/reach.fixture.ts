/** An attacker's attempts with JavaScript of his own in a compute host's worker. */
import fs from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import os from 'node:os'
import threads from 'node:worker_threads'
import { z } from 'zod'

/** The target to reach for. */
export const Targets = z.object({
  /** A blob, which a library may read and not write. */
  blob: z.string(),
  /** A file that is none of its business. */
  secret: z.string(),
  /** Where a server listens on 127.0.0.1. */
  port: z.int(),
  /** The process that started the host. */
  peerPid: z.int(),
})

/** @returns for each attempt whether it was `refused` or `allowed` */
export async function reach(
  targets: z.infer<typeof Targets>,
): Promise<Record<string, 'allowed' | 'refused'>> {
  const results: Record<string, 'allowed' | 'refused'> = {}
  for (const [name, attempt] of Object.entries(attemptsOn(targets))) {
    try {
      await attempt()
      results[name] = 'allowed'
    } catch {
      results[name] = 'refused'
    }
  }
  return results
}

/** Calls one of Node's internals, which its types do not name. @throws where there is none */
function inner(name: string, ...parameters: unknown[]): unknown {
  const internals = process as unknown as Record<string, ((...parameters: unknown[]) => unknown) | undefined>
  const called = internals[name]
  if (called === undefined) throw new Error(`no ${name}`)
  return called(...parameters)
}

function attemptsOn({ blob, secret, port, peerPid }: z.infer<typeof Targets>): Record<string, () => unknown> {
  const folder = fs.realpathSync('.')
  return {
    readBlob: () => fs.readFileSync(blob),
    writeStaging: () => fs.writeFileSync('reach-mark', 'x'),
    readPasswords: () => fs.readFileSync('/etc/passwd'),
    readSecret: () => fs.readFileSync(secret),
    readSecretByPromise: () => fs.promises.readFile(secret),
    openSecret: () => fs.openSync(secret, 'r'),
    statSecret: () => fs.statSync(secret),
    linkSecret: () => fs.readFileSync((fs.linkSync(secret, 'reach-link'), 'reach-link')),
    symlinkSecret: () => fs.readFileSync((fs.symlinkSync(secret, 'reach-symlink'), 'reach-symlink')),
    copySecret: () => fs.copyFileSync(secret, 'reach-copy'),
    listHome: () => fs.readdirSync(os.homedir()),
    listRoot: () => fs.readdirSync('/'),
    watchSecret: () => fs.watch(secret).close(),
    readOtherProcess: () => fs.readFileSync(`/proc/${peerPid}/environ`),
    readOwnMemory: () => fs.openSync('/proc/self/mem', 'r+'),
    writeBlob: () => fs.writeFileSync(blob, 'x'),
    removeBlob: () => fs.rmSync(blob),
    writeOutside: () => fs.writeFileSync('/tmp/meshwork-reach', 'x'),
    climbOut: () => fs.writeFileSync(`${folder}/../reach-mark`, 'x'),
    environment: () => {
      if (Object.keys(process.env).length === 0) throw new Error('empty')
    },
    childProcess: () => import('node:child_process'),
    builtinChildProcess: () => process.getBuiltinModule('child_process'),
    cluster: () => import('node:cluster'),
    sqlite: () => import('node:sqlite'),
    builtinSqlite: () => process.getBuiltinModule('node:sqlite'),
    net: () => import('node:net'),
    builtinNet: () => process.getBuiltinModule('node:net'),
    datagrams: () => import('node:dgram'),
    names: () => import('node:dns/promises'),
    http: () => import('node:http2'),
    fetch: () => fetch(`http://127.0.0.1:${port}`),
    webSocket: () => new WebSocket(`ws://127.0.0.1:${port}`),
    inspector: () => import('node:inspector'),
    require: () => createRequire(import.meta.url)('node:net') as unknown,
    requireElsewhere: () => createRequire(import.meta.url)(secret) as unknown,
    wasiOfNode: () => import('node:wasi'),
    testRunner: () => import('node:test'),
    ownHook: () => registerHooks({}),
    originalHook: () => process.getBuiltinModule('module').registerHooks({}),
    freshThread: () => new threads.Worker('import("node:net")', { eval: true }),
    freshThreadFromData: () => new threads.Worker(new URL('data:text/javascript,import("node:net")')),
    originalThread: () => {
      const { constructor } = threads.Worker.prototype as unknown as { constructor: typeof threads.Worker }
      return new constructor('0', { eval: true })
    },
    addon: () => process.dlopen({ exports: {} }, blob),
    binding: () => inner('binding', 'tcp_wrap'),
    linkedBinding: () => inner('_linkedBinding', 'tcp_wrap'),
    become: () => inner('execve', '/bin/sh', ['sh']),
    debugPeer: () => inner('_debugProcess', peerPid),
    signalPeer: () => process.kill(peerPid, 0),
    leaveFolder: () => process.chdir('/'),
    report: () => process.report.writeReport('/tmp/meshwork-report.json'),
    changeUser: () => process.setuid?.(0),
  }
}
