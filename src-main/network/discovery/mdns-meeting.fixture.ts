/** Two peers that know nothing of each other but mDNS; prints `met` when they are connected. */
import { localPeer } from '../local-mesh.ts'

const [a, b] = [localPeer({ mdns: true }).transport, localPeer({ mdns: true }).transport]
const met = (event: { peer: string }) => {
  if (event.peer !== b.peer) return
  process.stdout.write('met\n')
  process.exit(0)
}
a.onConnection(met)
await a.start()
await b.start()
// The transports' timers do not keep the process alive; the parent decides how long to wait.
setInterval(() => undefined, 1_000)
