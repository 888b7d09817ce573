import type { Command } from 'commander'
import type { NetworkChange, OwnReach } from '#contract'
import { refuse } from '../../protocol/fault.ts'
import { onOrOff, repeated } from '../options/arguments.ts'
import { relayingText, relayNames, routerText } from '../output/own-reach-text.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { factsText } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'

interface NetworkOptions extends CommonOptions {
  readonly relay?: boolean
  readonly mapPort?: boolean
  readonly join?: readonly string[]
  readonly leave?: readonly string[]
}

/** The command `network`: how this peer is reached, and the user's choices about it. */
export function networkCommand(terminal: Terminal): Command {
  return newCommand(
    'network',
    'show how this peer is reached, or choose what it may do about it',
    'meshctl network --relay on --map-port off',
  )
    .option('--relay <switch>', 'whether contacts may reach each other through this peer: on or off', onOrOff)
    .option('--map-port <switch>', 'whether the router may be asked to let others in: on or off', onOrOff)
    .option(
      '--join <multiaddr>',
      'join the network through this peer too, such as /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…; repeatable',
      repeated,
    )
    .option('--leave <multiaddr>', 'join it no longer through this one; repeatable', repeated)
    .addHelpText(
      'after',
      '\nWhat is not named stays, and what is chosen here is kept. `meshctl doctor network` has contacts try whether they get in.',
    )
    .action(async (options: NetworkOptions) => {
      const reach = await withPeer(options, async ({ node }) => {
        const { reach: now } = await node.info()
        const change = changeOf(options, now.join_through)
        return Object.keys(change).length === 0 ? now : node.setNetwork(change)
      })
      print(terminal, options, reach, () => networkText(reach))
    })
}

/** The user's choices. @throws FaultError `bad-input` for an address to leave that is not in the list */
function changeOf(options: NetworkOptions, listed: readonly string[]): NetworkChange {
  const { relay, mapPort, join = [], leave = [] } = options
  const unknown = leave.find((address) => !listed.includes(address))
  if (unknown !== undefined) {
    refuse('bad-input', `${unknown} is not in the list of those to join the network through`)
  }
  const kept = listed.filter((address) => !leave.includes(address))
  return {
    ...(relay === undefined ? {} : { relay }),
    ...(mapPort === undefined ? {} : { map_port: mapPort }),
    ...(join.length + leave.length === 0 ? {} : { join_through: [...new Set([...kept, ...join])] }),
  }
}

const REACHABILITY: Record<OwnReach['reachability'], string> = {
  open: 'from the internet',
  local: 'from its own network; nobody outside was asked',
  closed: 'nobody gets in from the internet',
  unknown: 'not known yet (meshctl doctor network)',
}

function networkText({
  reachability,
  relays,
  port_mapping,
  relaying,
  join_through,
  addresses,
}: OwnReach): string {
  return factsText([
    ['reached', REACHABILITY[reachability]],
    ['through', relays.length === 0 ? 'nobody: directly, or not at all' : relayNames(relays)],
    ['router', routerText(port_mapping)],
    ['relays', `${relaying.choice}: ${relayingText(relaying)}`],
    ['joins', join_through.join(' ') || 'through nobody in particular (--join)'],
    ['addresses', addresses.map(({ address }) => address).join(' ') || 'none'],
  ])
}
