/** The daemon as a program: `node src-main/headless.ts --data DIR`. */
import { loadQuickly } from './load-quickly.ts'

const { runDaemon } = await loadQuickly(() => import('./daemon.ts'))
await runDaemon(process.argv.slice(2))
