import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'

/** The options of `npm run demo`. */
export interface DemoOptions {
  readonly scene?: string
  readonly width: number
  readonly height: number
  readonly spp: number
  readonly tile: number
  readonly bounces: number
  readonly peers: number
  readonly redundancy: number
  readonly saboteur: boolean
  readonly kill: boolean
  readonly json: boolean
  readonly out: string
}

/** More peers than this on one machine show nothing but its lack of memory. */
const PEERS_MAX = 16

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed`)
    }
    return value
  }
}

/**
 * Reads the command line; prints help or one clear line and exits by itself (0 for help, 2 for a wrong option).
 */
export function parseDemoOptions(argv: readonly string[]): DemoOptions {
  const program = new Command('demo')
    .description('Three peers on this machine render a picture together and check each other.')
    .option('--scene <file>', 'a .glb or .gltf file instead of the Cornell box with the knot')
    .option('--width <pixels>', 'width of the picture', whole(8, 8_192), 640)
    .option('--height <pixels>', 'height of the picture', whole(8, 8_192), 480)
    .option('--spp <samples>', 'samples per pixel', whole(1, 65_536), 64)
    .option('--tile <pixels>', 'side of a tile: a unit of work', whole(8, 512), 64)
    .option('--bounces <count>', 'longest path, in bounces', whole(0, 64), 6)
    .option('--peers <count>', 'how many peers', whole(1, PEERS_MAX), 3)
    .option('--redundancy <count>', 'how many peers compute each tile', whole(1, PEERS_MAX), 2)
    .option('--saboteur', 'the last peer returns plausible wrong tiles', false)
    .option('--kill', 'one peer is killed half-way', false)
    .option('--json', 'one JSON object on stdout', false)
    .addOption(new Option('--out <dir>', 'where demo.png and demo.exr go').default('out'))
    .addHelpText('after', '\nExample:\n  npm run demo -- --scene chair.glb --spp 128 --saboteur')
    .exitOverride()
  try {
    program.parse([...argv], { from: 'user' })
    const options = program.opts<DemoOptions>()
    const complaint = unfit(options)
    if (complaint !== undefined) program.error(`error: ${complaint}`)
    return options
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2)
    throw error
  }
}

/** Why the options cannot go together, if they cannot. */
function unfit({ peers, redundancy, saboteur, kill }: DemoOptions): string | undefined {
  const honest = peers - (saboteur ? 1 : 0) - (kill ? 1 : 0)
  if (honest >= redundancy) return undefined
  const losses = [saboteur ? 'the saboteur' : '', kill ? 'the killed one' : ''].filter((w) => w !== '')
  const without = losses.length === 0 ? '' : ` besides ${losses.join(' and ')}`
  return `--redundancy ${redundancy} needs ${redundancy} peers${without}; add --peers ${peers + redundancy - honest}`
}
