import type { Command } from 'commander'
import { INVITE_CODE_LENGTH_MAX, INVITE_MINUTES_MAX, type Person } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { durationMinutes, numberBetween, textBetween } from '../options/arguments.ts'
import { findNamed } from '../options/named-person.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { reachText } from '../output/reach-text.ts'
import { tableText } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'

/** How long a code opens unless told otherwise. */
const VALID_MINUTES = 60

const trustValue = numberBetween(0, 1)

/** Commands on people: `invite`, `pair`, `list-peers`, `set-trust`, `forget`. */
export function peopleCommands(terminal: Terminal): Command[] {
  return [
    newCommand('invite', 'make a code that pairs somebody with this peer, once', 'meshctl invite --trust 0.8')
      .option('--trust <weight>', 'how much to trust whoever uses it, 0 to 1', trustValue, 0.5)
      .option(
        '--valid <duration>',
        'for how long it opens: 90s, 30m, 2h or 7d, which is the most (default: 1h)',
        durationMinutes(INVITE_MINUTES_MAX),
      )
      .option('--confirm', 'ask me before whoever uses it is paired (meshctl requests)')
      .action(async (options: CommonOptions & { trust: number; valid?: number; confirm?: boolean }) => {
        const { trust, valid = VALID_MINUTES, confirm = false } = options
        const invite = await withPeer(options, (calls) =>
          calls.people.invite({ trust, valid_minutes: valid, confirm }),
        )
        print(terminal, options, invite, () => `${invite.code}\n`)
      }),
    newCommand('pair', 'accept somebody’s invite', 'meshctl pair meshwork:… --trust 0.8')
      .argument(
        '<code>',
        'the code or the link that the other printed with `meshctl invite`',
        textBetween(1, INVITE_CODE_LENGTH_MAX),
      )
      .requiredOption('--trust <weight>', 'how much to trust them, 0 to 1', trustValue)
      .action(async (code: string, options: CommonOptions & { trust: number }) => {
        const { trust } = options
        const paired = await withPeer(options, (calls) => calls.people.pair({ code, trust }))
        print(terminal, options, paired, () =>
          paired.state === 'paired'
            ? `paired with ${paired.name} (${paired.peer_id})\n`
            : `${paired.name} (${paired.peer_id}) is to accept; until then it waits (meshctl requests)\n`,
        )
      }),
    newCommand('list-peers', 'list the people this peer is paired with', 'meshctl list-peers').action(
      async (options: CommonOptions) => {
        const people = await withPeer(options, (calls) => calls.people.list())
        print(terminal, options, people, () => peopleText(people))
      },
    ),
    newCommand('set-trust', 'change how much to trust somebody', 'meshctl set-trust anna 0.9')
      .argument('<peer>', 'peer id, its beginning or end, short name or name')
      .argument('<weight>', '0 to 1; 0 keeps them and gives them nothing', trustValue)
      .action(async (peer: string, trust: number, options: CommonOptions) => {
        const peer_id = await withPeer(options, async (calls) => {
          const found = await findPerson(calls, peer)
          await calls.people.setTrust({ peer_id: found, trust })
          return found
        })
        print(terminal, options, { peer_id, trust }, () => `trust in ${peer_id} is ${trust} now\n`)
      }),
    newCommand('forget', 'no longer know somebody', 'meshctl forget anna')
      .argument('<peer>', 'peer id, its beginning or end, short name or name')
      .action(async (peer: string, options: CommonOptions) => {
        const peer_id = await withPeer(options, async (calls) => {
          const found = await findPerson(calls, peer)
          await calls.people.forget({ peer_id: found })
          return found
        })
        print(terminal, options, { peer_id }, () => `${peer_id} is forgotten\n`)
      }),
  ]
}

async function findPerson(calls: ApiCalls, named: string): Promise<PeerId> {
  return findNamed(await calls.people.list(), named)
}

function peopleText(people: readonly Person[]): string {
  if (people.length === 0) return 'nobody yet; make an invite with: meshctl invite\n'
  const rows = people.map((person) => [
    person.name,
    person.short_name,
    `${person.trust_mine}`,
    person.trust_theirs === undefined ? '?' : `${person.trust_theirs}`,
    person.tier === 'none' ? '-' : `${person.tier}`,
    reachText(person, Date.now()),
    `${person.shares_cores ?? 0}`,
    `${person.verified}/${person.rejected}/${person.failed}/${person.expired}`,
    person.peer_id,
  ])
  const headings = [
    'name',
    'short',
    'trust',
    'theirs',
    'tier',
    'connection',
    'cores',
    'ok/wrong/failed/late',
    'peer',
  ]
  return tableText(headings, rows)
}
