import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** Where system programs lie besides PATH, which often lacks them for a user who became root. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin']

/** A program's path, or undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...SYSTEM_FOLDERS]
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false // not there, or not for us: the next folder may have it
  }
}

/**
 * Runs a program to its end.
 * @returns what it printed
 * @throws Error with what it complained about, unless it ended with 0
 */
export function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(findProgram(program) ?? program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let said = ''
    let complained = ''
    child.stdout.on('data', (text: Buffer) => (said += text.toString()))
    child.stderr.on('data', (text: Buffer) => (complained += text.toString()))
    // A program that ends before it has read everything says why by its exit code.
    child.stdin.on('error', () => undefined)
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(said)
      else
        reject(new Error(`${program} ${args.join(' ')} ended with ${code}: ${complained.trim()}\n${input}`))
    })
    child.stdin.end(input)
  })
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
