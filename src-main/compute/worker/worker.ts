/** A worker thread of the compute host, as piscina loads it. It takes requests from the host, its own process. */
import { lockDown } from '../host/lockdown.ts'

// Before anything else is loaded, hence the import below it.
lockDown()

export const { runBatch: run } = await import('./run-batch.ts')
