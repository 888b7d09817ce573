import { stat } from 'node:fs/promises'
import { Argument, type Command } from 'commander'
import type { HardwareInfo, NodeInfo, Person } from '#contract'
import { dataFolder } from '../daemon/data-folder.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { tableText } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { bytesText } from '../output/units-text.ts'
import { examineNetwork } from './doctor-network.ts'
import type { Finding } from './finding.ts'

/** Permissions of a folder that others on this machine have. */
const OTHERS = 0o077

/** The part of the checks that can be run alone. */
const PARTS = ['network'] as const

/**
 * The command `doctor`: looks at what commonly is the matter, how this peer is reached and reaches others among it;
 * `doctor network` at that alone. Ends with code 1 when something is wrong.
 */
export function doctorCommand(terminal: Terminal, failed: () => void): Command {
  return newCommand('doctor', 'look at what commonly is the matter', 'meshctl doctor network')
    .addArgument(
      new Argument('[part]', 'look at this alone; a few people are asked to dial back').choices(PARTS),
    )
    .action(async (part: (typeof PARTS)[number] | undefined, options: CommonOptions) => {
      const findings = part === 'network' ? await lookAtNetwork(options) : await lookAtAll(options)
      print(terminal, options, findings, () =>
        tableText(
          ['', 'what', 'found'],
          findings.map(({ verdict, what, found }) => [verdict, what, found]),
        ),
      )
      if (findings.some(({ verdict }) => verdict === 'wrong')) failed()
    })
}

async function lookAtAll(options: CommonOptions): Promise<readonly Finding[]> {
  const [info, hardware, people] = await withPeer(options, (calls) =>
    Promise.all([calls.node.info(), calls.hardware.get({ refresh: false }), calls.people.list()]),
  )
  const folder = await folderFinding(dataFolder(options.data))
  return [...examine(info, hardware), peopleFinding(people), ...(await lookAtNetwork(options)), folder]
}

async function lookAtNetwork(options: CommonOptions): Promise<readonly Finding[]> {
  const [reach, people] = await withPeer(options, (calls) =>
    Promise.all([calls.node.checkReach(), calls.people.list()]),
  )
  return examineNetwork(reach, people, Date.now())
}

/** Findings about a running peer. */
export function examine(info: NodeInfo, { disk }: HardwareInfo): readonly Finding[] {
  const { wall, troubles, blobs } = info
  return [
    troubles.length === 0
      ? { what: 'peer', verdict: 'fine', found: 'journal, disk, loop and compute hosts work' }
      : { what: 'peer', verdict: 'wrong', found: troubles.join('; ') },
    wall.kind === 'none'
      ? {
          what: 'wall',
          verdict: 'weak',
          found: `others' work has Node's permissions around it only: ${wall.why}`,
        }
      : {
          what: 'wall',
          verdict: 'fine',
          found: 'bubblewrap stands around others’ work: no network, no home',
        },
    disk.free_bytes < blobs.quota_bytes - blobs.bytes
      ? {
          what: 'disk',
          verdict: 'weak',
          found: `${bytesText(disk.free_bytes)} are free, blobs may take ${bytesText(blobs.quota_bytes - blobs.bytes)} more`,
        }
      : { what: 'disk', verdict: 'fine', found: `${bytesText(disk.free_bytes)} are free` },
    info.algorithms.length === 0
      ? { what: 'speed', verdict: 'weak', found: 'not measured yet, so nothing is offered to others' }
      : { what: 'speed', verdict: 'fine', found: `measured for ${info.algorithms.length} kinds of work` },
    info.addresses.length === 0
      ? { what: 'network', verdict: 'weak', found: 'nobody can connect to this PC; it connects to others' }
      : {
          what: 'network',
          verdict: 'fine',
          found: `others can connect at ${info.addresses.length} addresses`,
        },
  ]
}

/** How many people are connected; a connection with a PC that is not paired does not count. */
export function peopleFinding(people: readonly Pick<Person, 'connected'>[]): Finding {
  const connected = people.filter((person) => person.connected).length
  if (people.length === 0) return { what: 'people', verdict: 'fine', found: 'nobody is paired yet' }
  return connected === 0
    ? { what: 'people', verdict: 'weak', found: `none of ${people.length} is connected` }
    : { what: 'people', verdict: 'fine', found: `${connected} of ${people.length} are connected` }
}

async function folderFinding(folder: string): Promise<Finding> {
  const { mode } = await stat(folder)
  const isOpen = process.platform !== 'win32' && (mode & OTHERS) !== 0
  return isOpen
    ? { what: 'folder', verdict: 'wrong', found: `other users of this machine can open ${folder}` }
    : { what: 'folder', verdict: 'fine', found: `${folder} is this user's alone` }
}
