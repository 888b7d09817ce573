/**
 * For a network namespace of its own: a peer asks another one from inside and from outside the local network, and two
 * that mDNS brought together and that lost each other. Prints a line of JSON for each.
 */
import { faultOf } from '../../protocol/fault.ts'
import { localPeer } from '../local-mesh.ts'

const LOCAL_ONLY = '/test/local'
const signal = (): AbortSignal => AbortSignal.timeout(120_000)
const asked = async (address: string): Promise<string> => {
  const [a, b] = [localPeer({ listen: [`/ip4/${address}/tcp/0`] }).transport, localPeer().transport]
  for (const transport of [a, b]) {
    transport.handle(LOCAL_ONLY, () => Promise.resolve(Uint8Array.of(1)), {
      strangers: { requestBytesMax: 100, onlyLocal: true },
    })
    await transport.start()
  }
  await b.connect(a.peer, a.addresses(), { signal: signal() })
  const outcome = await b.request(a.peer, LOCAL_ONLY, Uint8Array.of(2), { signal: signal() }).then(
    () => 'answered',
    (error: unknown) => faultOf(error, 'internal').kind,
  )
  await Promise.all([a.stop(), b.stop()])
  return outcome
}

process.stdout.write(`${JSON.stringify([await asked('10.0.0.1'), await asked('203.0.113.1')])}\n`)

const [a, b] = [localPeer({ mdns: true }).transport, localPeer({ mdns: true }).transport]
let met = 0
a.onConnection(({ kind, peer }) => {
  if (kind !== 'connected' || peer !== b.peer) return
  met++
  // Each hears once that the other is new; more meetings than that are of those who are known and lost.
  if (met < 4) void a.disconnect(b.peer)
  else {
    process.stdout.write('met again\n')
    process.exit(0)
  }
})
await a.start()
await b.start()
// The transports' timers do not keep the process alive; the parent decides how long to wait.
setInterval(() => undefined, 1_000)
