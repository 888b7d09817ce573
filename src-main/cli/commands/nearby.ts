import { createInterface } from 'node:readline/promises'
import { InvalidArgumentError, type Command } from 'commander'
import type { NearbyNow, NearbyTry } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import { refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { numberBetween, onOrOff } from '../options/arguments.ts'
import { findNamed } from '../options/named-person.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { tableText } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'

/** How often it is looked whether the other side has said yes. A try ends by itself after two minutes. */
const LOOK_MS = 250

/** Reads a line from the user; undefined where the user is not to be asked, or the input has ended. */
export type AskUser = (question: string) => Promise<string | undefined>

interface PairOptions extends CommonOptions {
  readonly trust: number
  readonly yes?: boolean
  readonly expect?: string
}

/** `nearby`: the peers in the same network; `nearby pair`: pairing with them by a number on both screens. */
export function nearbyCommand(terminal: Terminal, askUser: AskUser = askOnTerminal): Command {
  const command = newCommand('nearby', 'list PCs in this network that run Meshwork', 'meshctl nearby').action(
    async (options: CommonOptions) => {
      const now = await withPeer(options, ({ nearby }) => nearby.list())
      print(terminal, options, now, () => nearbyText(now))
    },
  )
  command.addCommand(pairCommand(terminal, askUser))
  command.addCommand(
    newCommand('visible', 'let others in this network see this PC, or not', 'meshctl nearby visible off')
      .argument('<on|off>', 'on or off', onOrOff)
      .action(async (visible: boolean, _: CommonOptions, self: Command) => {
        const options = self.optsWithGlobals<CommonOptions>()
        await withPeer(options, ({ nearby }) => nearby.setVisible({ visible }))
        print(
          terminal,
          options,
          { visible },
          () => `${visible ? 'seen' : 'not seen'} by others in this network\n`,
        )
      }),
  )
  return command
}

function pairCommand(terminal: Terminal, askUser: AskUser): Command {
  return newCommand(
    'pair',
    'pair with a PC in this network by a number on both screens',
    'meshctl nearby pair "Office PC"',
  )
    .argument('<peer>', 'name, short name, peer id, its beginning or end')
    .option('--trust <weight>', 'how much to trust them, 0 to 1', numberBetween(0, 1), 0.5)
    .option('--expect <number>', 'the number that the other screen shows', sixDigits)
    .option('--yes', 'say yes without being asked, if the number is the one of --expect')
    .action(async (named: string, _: PairOptions, self: Command) => {
      const options = self.optsWithGlobals<PairOptions>()
      const { yes, expect, trust } = options
      if ((yes === true) !== (expect !== undefined))
        refuse('bad-input', '--yes and --expect NUMBER belong together')
      await withPeer(options, async (calls) => {
        const begun = await begin(calls, named)
        const { number } = begun
        const answer =
          expect === undefined ? await compare(terminal, options, begun, askUser) : number === expect
        if (answer === undefined) {
          print(terminal, options, { peer_id: begun.peer_id, name: begun.name, number }, () =>
            laterText(begun),
          )
          return
        }
        await say(calls, begun, answer, trust)
        const paired = { state: 'paired', peer_id: begun.peer_id, name: begun.name }
        print(terminal, options, paired, () => `paired with ${begun.name} (${begun.peer_id})\n`)
      })
    })
}

interface Begun {
  readonly peer_id: PeerId
  readonly name: string
  readonly number: string
}

/** A try that was begun here now, or by the other side before. */
async function begin({ nearby }: ApiCalls, named: string): Promise<Begun> {
  const { pcs, tries } = await nearby.list()
  const live = tries.filter(({ state }) => state.kind !== 'ended')
  const { peer_id, name, state } = await nearby.pair({ peer_id: findNamed([...pcs, ...live], named) })
  if (state.kind !== 'comparing') refuse('stale', 'this try to pair is over; begin again')
  return { peer_id, name, number: state.number }
}

/** @returns the user's answer; undefined where the user is not to be asked */
async function compare(
  terminal: Terminal,
  { json }: CommonOptions,
  { name, number }: Begun,
  askUser: AskUser,
): Promise<boolean | undefined> {
  if (json === true) return undefined
  terminal.err(`The number is ${spaced(number)}\n`)
  const answer = await askUser(`Does the screen of ${name} show the same number? (y/n) `)
  return answer === undefined ? undefined : /^\s*y(es)?\s*$/i.test(answer)
}

/** Says yes and waits for the other's; or says that the numbers differ. @throws FaultError unless they are paired */
async function say(
  calls: ApiCalls,
  { peer_id, number }: Begun,
  isSame: boolean,
  trust: number,
): Promise<void> {
  if (!isSame) {
    await calls.nearby.refuse({ peer_id, reason: 'differ' })
    refuse('not-trusted', DIFFER)
  }
  await calls.nearby.confirm({ peer_id, number, trust })
  for (;;) {
    const attempt = (await calls.nearby.list()).tries.find((one) => one.peer_id === peer_id)
    if (attempt?.state.kind === 'ended') {
      refuseUnlessPaired(attempt.state.how)
      return
    }
    if (attempt === undefined) refuse('stale', 'this try to pair was given up here')
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

const DIFFER = 'the numbers differ: somebody may be between you; try again, or use a code'

/** @throws FaultError for a try that ended otherwise */
function refuseUnlessPaired(how: Extract<NearbyTry['state'], { kind: 'ended' }>['how']): void {
  switch (how) {
    case 'paired':
      return
    case 'declined':
      return refuse('not-trusted', 'the other side said no')
    case 'differ':
      return refuse('not-trusted', DIFFER)
    case 'expired':
      return refuse('timed-out', 'nobody said yes in time; try again')
    case 'broken':
      return refuse('unreachable', 'the other side broke off; try again')
  }
}

function nearbyText({ visible, pcs, tries }: NearbyNow): string {
  const seen = visible ? '' : 'this PC is not seen by others (meshctl nearby visible on)\n'
  const rows = pcs.map(({ name, short_name, peer_id }) => [name, short_name, peer_id])
  const list =
    rows.length === 0
      ? 'no other PC in this network shows that it runs Meshwork\n'
      : tableText(['name', 'short', 'peer'], rows)
  const waiting = tries.flatMap(({ name, direction, state }) =>
    state.kind === 'comparing' && !state.confirmed
      ? [
          `${name} ${direction === 'incoming' ? 'wants to pair' : 'was asked'}; the number is ${spaced(state.number)} (meshctl nearby pair)\n`,
        ]
      : [],
  )
  return list + waiting.join('') + seen
}

function laterText({ name, number, peer_id }: Begun): string {
  return `the number is ${spaced(number)}; if the screen of ${name} shows the same: meshctl nearby pair ${peer_id} --yes --expect ${number}\n`
}

function spaced(number: string): string {
  return `${number.slice(0, 3)} ${number.slice(3)}`
}

function sixDigits(text: string): string {
  const digits = text.replace(/\s/g, '')
  if (!/^[0-9]{6}$/.test(digits)) throw new InvalidArgumentError('six digits, please.')
  return digits
}

async function askOnTerminal(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}
