import { runDaemon } from '../../daemon.ts'
import { sabotage } from './demo-saboteur.ts'

// The demo's lying peer: the daemon as it is, but what it computed for others comes out plausible and wrong.
await runDaemon(process.argv.slice(2), { wrapRunner: sabotage })
