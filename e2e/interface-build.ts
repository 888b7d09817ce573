import { join } from 'node:path'
import { packageFolder, runProgram } from './node-program.ts'

/** Builds the user interface that headless peers serve, in a process of its own. @returns its exit code */
export function buildInterface(): Promise<number> {
  return runProgram(join(packageFolder('vite'), 'bin/vite.js'), ['build', '--logLevel', 'warn'])
}
