import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Runs a Node program of this project or of a package to its end. @returns its exit code */
export function runTool(entry: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...args], { cwd: root, stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/** A package's folder. */
export function resolvePackage(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
}

/** Builds the user interface that headless peers serve. @returns an exit code */
export function buildInterface(): Promise<number> {
  return runTool(join(resolvePackage('vite'), 'bin/vite.js'), ['build', '--logLevel', 'warn'])
}
