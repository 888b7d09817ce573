import type { Command } from 'commander'
import type { BlockedPeer, PairRequest } from '#contract'
import { numberBetween } from '../options/arguments.ts'
import { findNamed } from '../options/named-person.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { tableText } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'

const WHO = 'peer id, its beginning or end, short name or name'

/** Commands on peers that wait for a yes, and on blocked ones: `requests`, `accept`, `decline`, `block`, `unblock`. */
export function pairRequestCommands(terminal: Terminal): Command[] {
  return [
    newCommand('requests', 'list who waits for whose yes, and who is blocked', 'meshctl requests').action(
      async (options: CommonOptions) => {
        const all = await withPeer(options, async ({ people }) => ({
          requests: await people.requests(),
          blocked: await people.blocked(),
        }))
        print(terminal, options, all, () => requestsText(all.requests) + blockedText(all.blocked))
      },
    ),
    newCommand('accept', 'pair with somebody who asks', 'meshctl accept anna --trust 0.8')
      .argument('<peer>', WHO)
      .option(
        '--trust <weight>',
        'how much to trust them, 0 to 1 (default: as your code says)',
        numberBetween(0, 1),
      )
      .action(async (named: string, options: CommonOptions & { trust?: number }) => {
        const accepted = await withPeer(options, async ({ people }) => {
          const incoming = (await people.requests()).filter(({ direction }) => direction === 'incoming')
          const peer_id = findNamed(incoming, named)
          const offered = incoming.find((request) => request.peer_id === peer_id)?.trust ?? 0
          const trust = options.trust ?? offered
          await people.accept({ peer_id, trust })
          return { peer_id, trust }
        })
        print(terminal, options, accepted, () => `paired with ${accepted.peer_id}\n`)
      }),
    newCommand('decline', 'say no to somebody who asks, or ask no longer', 'meshctl decline anna')
      .argument('<peer>', WHO)
      .action(async (named: string, options: CommonOptions) => {
        const peer_id = await withPeer(options, async ({ people }) => {
          const found = findNamed(await people.requests(), named)
          await people.decline({ peer_id: found })
          return found
        })
        print(terminal, options, { peer_id }, () => `nothing waits between you and ${peer_id} any more\n`)
      }),
    newCommand('block', 'forget somebody and let them in no more', 'meshctl block anna')
      .argument('<peer>', WHO)
      .action(async (named: string, options: CommonOptions) => {
        const peer_id = await withPeer(options, async ({ people }) => {
          const found = findNamed([...(await people.list()), ...(await people.requests())], named)
          await people.block({ peer_id: found })
          return found
        })
        print(terminal, options, { peer_id }, () => `${peer_id} is blocked\n`)
      }),
    newCommand('unblock', 'let somebody pair again', 'meshctl unblock anna')
      .argument('<peer>', WHO)
      .action(async (named: string, options: CommonOptions) => {
        const peer_id = await withPeer(options, async ({ people }) => {
          const found = findNamed(await people.blocked(), named)
          await people.unblock({ peer_id: found })
          return found
        })
        print(terminal, options, { peer_id }, () => `${peer_id} may pair again\n`)
      }),
  ]
}

function requestsText(requests: readonly PairRequest[]): string {
  if (requests.length === 0) return 'nobody waits for an answer\n'
  const rows = requests.map((request) => [
    request.direction === 'incoming' ? 'waits for you' : 'you wait',
    request.name ?? '?',
    request.short_name,
    `${request.trust}`,
    new Date(request.expires_at_ms).toISOString(),
    request.peer_id,
  ])
  return tableText(['', 'name', 'short', 'trust', 'until', 'peer'], rows)
}

function blockedText(blocked: readonly BlockedPeer[]): string {
  if (blocked.length === 0) return ''
  const rows = blocked.map(({ name, short_name, peer_id }) => ['blocked', name, short_name, peer_id])
  return tableText(['', 'name', 'short', 'peer'], rows)
}
