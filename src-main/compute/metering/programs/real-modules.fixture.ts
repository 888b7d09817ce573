import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fromBase64 } from './corpus.fixture.ts'

const packages = fileURLToPath(new URL('../../../../node_modules', import.meta.url))
/** A large module of OCaml, inside a script. */
const FLOW = 'prettier/plugins/flow.mjs'

/** Every module that the installed packages bring along, by path: what other people's compilers write. */
export function realModules(): Map<string, Uint8Array<ArrayBuffer>> {
  const found = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const path of globSync('**/*.wasm', { cwd: packages }).sort()) {
    const bytes = new Uint8Array(readFileSync(join(packages, path)))
    if (bytes.length > 0) found.set(path, bytes)
  }
  const flow = join(packages, FLOW)
  const [text] = existsSync(flow) ? (/AGFzbQE[\w+/=]{1000,}/.exec(readFileSync(flow, 'utf8')) ?? []) : []
  if (text !== undefined) found.set(FLOW, fromBase64(text))
  return found
}
