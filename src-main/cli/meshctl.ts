import { Command, CommanderError } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { faultOfCall, isAnswer } from '../api/transport/client.ts'
import { faultOf, type Fault } from '../protocol/fault.ts'
import { isSystemError, systemWords } from '../protocol/system-error.ts'
import { usePlainIssues } from '../protocol/plain-issues.ts'
import { printableJson } from '../protocol/printable-text.ts'
import { jobCommands } from './commands/jobs.ts'
import { limitsCommand } from './commands/limits.ts'
import { doctorCommand } from './commands/doctor.ts'
import { nearbyCommand } from './commands/nearby.ts'
import { networkCommand } from './commands/network.ts'
import { nodeCommands } from './commands/node.ts'
import { pairRequestCommands } from './commands/pair-requests.ts'
import { peopleCommands } from './commands/people.ts'
import { repairCommand } from './commands/repair.ts'
import { reportCommands } from './commands/report.ts'
import { sharingCommands } from './commands/sharing.ts'
import { startCommand } from './commands/start.ts'
import { kindCommands } from './job-kinds/table.ts'
import { processOutput, safeTerminal, type Output, type Terminal } from './output/terminal.ts'

/** Exit code of a fault. */
const EXIT_FAULT = 1
/** Exit code of wrong usage and of files that do not fit. */
const EXIT_USAGE = 2

/** A message quotes what was typed, which may be anything. */
const SHOWN_CHARACTERS_MAX = 400

/**
 * Runs one command line.
 * @param argv without the program's own name
 * @returns the exit code: 0 for success, 1 for a fault, 2 for wrong usage or files that do not fit
 */
export async function runMeshctl(argv: readonly string[], output: Output = processOutput()): Promise<number> {
  usePlainIssues()
  let code = 0
  const terminal = safeTerminal(output)
  const program = buildProgram(terminal, (daemonCode) => (code = daemonCode))
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0
      const fault: Fault = { kind: 'bad-input', message: shortened(error.message.replace(/^error: /, '')) }
      if (argv.includes('--json')) terminal.out(`${printableJson({ fault })}\n`)
      return EXIT_USAGE
    }
    const fault = asFault(error)
    terminal.err(`meshctl: ${fault.message}\n`)
    if (argv.includes('--json')) terminal.out(`${printableJson({ fault })}\n`)
    return fault.kind === 'bad-input' ? EXIT_USAGE : EXIT_FAULT
  }
}

function buildProgram(terminal: Terminal, ended: (code: number) => void): Command {
  const program = new Command('meshctl')
    .description('Share this PC with people you trust, and use theirs.')
    .version(packageJson.version)
    .showHelpAfterError('(meshctl help COMMAND says more)')
  const commands = [
    startCommand(terminal, ended),
    repairCommand(terminal),
    doctorCommand(terminal, () => ended(EXIT_FAULT)),
    ...nodeCommands(terminal),
    networkCommand(terminal),
    limitsCommand(terminal),
    ...sharingCommands(terminal),
    ...peopleCommands(terminal),
    ...pairRequestCommands(terminal),
    nearbyCommand(terminal),
    ...kindCommands(terminal, process.env['MESHWORK_DEVELOPMENT'] === '1'),
    ...jobCommands(terminal),
    ...reportCommands(terminal),
  ]
  for (const command of commands) program.addCommand(command)
  for (const command of [program, ...commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(shortened(text)),
    })
  }
  return program
}

/** A message without the middle of what was typed, if that is long. */
function shortened(text: string): string {
  const half = SHOWN_CHARACTERS_MAX / 2
  return text.length <= SHOWN_CHARACTERS_MAX ? text : `${text.slice(0, half)}…${text.slice(-half)}`
}

function faultIn(error: unknown): Fault {
  if (isAnswer(error)) return faultOfCall(error)
  if (isSystemError(error)) {
    const subject = 'path' in error && typeof error.path === 'string' ? error.path : 'this machine'
    return { kind: 'storage-failed', message: `${subject}: ${systemWords(error)}` }
  }
  return { kind: 'internal', message: `a defect of Meshwork: ${faultOf(error, 'internal').message}` }
}

/** One line for whatever went wrong; remote faults and our own are the same here. */
function asFault(error: unknown): Fault {
  const fault = faultIn(error)
  return { kind: fault.kind, message: fault.message.trim().replace(/\s*\n\s*/g, ' ') }
}
