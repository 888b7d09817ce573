/** Loads what hosts a peer, and prints the imports that `quickResolve` resolves otherwise than Node does, and how many it saw. */
import { registerHooks } from 'node:module'
import { quickResolve } from './quick-resolve.ts'

const quick = quickResolve()
const different: string[] = []
let seen = 0
registerHooks({
  resolve(specifier, context, next) {
    const own = next(specifier, context)
    const { url } = quick(specifier, context, () => own)
    seen += 1
    if (url !== own.url)
      different.push(`${context.parentURL ?? ''} imports ${specifier}: ${url}, not ${own.url}`)
    return own
  },
})
await import('./hosted-peer.ts')
process.stdout.write(JSON.stringify({ seen, different }))
process.exit()
