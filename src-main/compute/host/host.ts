/**
 * The compute host: a process apart that holds the worker pool, under Node's permission model, with no
 * environment and no network. Its supervisor (runner.ts) starts it, may kill it at any moment, and takes none of
 * its words unparsed. It ends by itself when its supervisor is gone.
 */
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import type { HostPool } from './host-pool.ts'
import type { HostInput as Input } from '../messages/input.ts'
import { lockDown } from './lockdown.ts'
import type { HostOutput } from '../messages/output.ts'

// V8 would look for garbage whenever 64 MiB lie outside its heap, sixty small units of WebAssembly: they would take
// twice the time. This way it counts them with the heap; the library that makes them (libraries/wasm) clears them away.
setFlagsFromString('--external-memory-accounted-in-global-limit')

// Before piscina and everything else are loaded, hence the imports below it.
lockDown({ workerFile: fileURLToPath(new URL('worker.js', import.meta.resolve('piscina'))) })

const { createHostPool } = await import('./host-pool.ts')
const { HostInput } = await import('../messages/input.ts')

/** Ends at once, whatever the threads do: `process.exit` would wait for one that compiles. */
function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
}

/** A message to a supervisor that is gone is dropped: `disconnect` follows and ends this process. */
function send(output: HostOutput, sent?: () => void): void {
  process.send?.(output, undefined, {}, () => sent?.())
}

let pool: HostPool | undefined
let retiring = false

function retire(reason: string, blame: boolean): void {
  if (retiring) return
  retiring = true
  send({ kind: 'retiring', reason: reason.slice(0, 2_000), blame }, die)
}

function handle(input: Input): void {
  switch (input.kind) {
    case 'configure':
      pool ??= createHostPool(input, { send, retire })
      send({ kind: 'ready' })
      return
    case 'batch':
      pool?.enqueue(input.batch)
      return
    case 'cancel':
      pool?.cancel(input.keys)
      return
    case 'duty':
      pool?.setDuty(input.duty)
      return
    case 'workers':
      pool?.setWorkers(input.workers)
      return
  }
}

process.on('disconnect', die)
process.on('message', (message) => {
  const parsed = HostInput.safeParse(message)
  if (parsed.success) handle(parsed.data)
  else retire(`the supervisor said what this host does not know: ${parsed.error.message}`, false)
})
