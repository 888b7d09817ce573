import { rm } from 'node:fs/promises'
import { hostPeer, type HostedPeer } from '../../hosted-peer.ts'
import { newMeasuredFolder } from '../../measured.fixture.ts'
import { connectFolder, type ApiClient } from './client.ts'

/** A whole peer in this process, and a client of its API over a real socket. */
export interface ServedPeer {
  readonly hosted: HostedPeer
  readonly client: ApiClient
  /** Stops it and starts it again on its folder. */
  restart(): Promise<ServedPeer>
  /** Stops it. `keep` leaves its folder. */
  stop(options?: { readonly keep: boolean }): Promise<void>
}

/**
 * Starts a peer that listens on this machine alone. Without `rules` it shares whatever else the machine does: for tests
 * of what peers do for each other. `registry` names other algorithms than the program's own.
 */
export async function servePeer(
  name: string,
  folder?: string,
  rules?: 'off',
  registry?: URL,
): Promise<ServedPeer> {
  const home = folder ?? (await newMeasuredFolder('meshwork-served-'))
  const defects: unknown[] = []
  const hosted = await hostPeer({
    folder: home,
    name,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    bootstrap: [],
    share: { cores: 1, ramGb: 1 },
    ...(rules === undefined ? {} : { rules }),
    ...(registry === undefined ? {} : { registry }),
    fatal: (error) => defects.push(error),
    warn: () => undefined,
    requestStop: () => undefined,
  })
  const client = await connectFolder(home)
  const served: ServedPeer = {
    hosted,
    client,
    async restart() {
      await served.stop({ keep: true })
      return servePeer(name, home, rules, registry)
    },
    async stop({ keep } = { keep: false }) {
      client.close()
      await hosted.stop()
      if (!keep) await rm(home, { recursive: true, force: true })
      if (defects.length > 0) throw new Error('the peer met a defect', { cause: defects[0] })
    },
  }
  return served
}

/** Pairs two served peers by a code. */
export async function pairServed(inviter: ServedPeer, joiner: ServedPeer, trust = 0.8): Promise<void> {
  const { code } = await inviter.client.calls.people.invite({ trust, valid_minutes: 10 })
  await joiner.client.calls.people.pair({ code, trust })
}
