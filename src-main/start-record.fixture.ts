/** Loaded before a daemon (`--import`): records what its start loads and which processes it starts, in order. */
import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const path = process.env['MESHWORK_START_RECORD']
/** A function where the event's name is known only later. */
const events: (string | (() => string))[] = []
let isReady = false

registerHooks({
  load(url, context, next) {
    events.push(`load ${url}`)
    return next(url, context)
  },
})
subscribe('child_process', (message) => {
  const { process: child } = message as { readonly process: { readonly spawnfile: string } }
  events.push(() => `spawn ${child.spawnfile}`)
})

const write = process.stdout.write.bind(process.stdout)
process.stdout.write = ((...parameters: Parameters<typeof write>) => {
  // The first output of the daemon says that it is ready.
  if (path !== undefined && !isReady) {
    isReady = true
    const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] }
    events.push(...moduleLoadList.map((name) => `builtin ${name}`), 'ready')
    const names = events.map((event) => (typeof event === 'string' ? event : event()))
    writeFileSync(path, names.join('\n'))
  }
  return write(...parameters)
}) as typeof write
