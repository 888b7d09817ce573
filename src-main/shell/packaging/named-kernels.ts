import { posix } from 'node:path'

/** `new URL('….wasm', import.meta.url)`, as algorithms name the modules that they run. */
const KERNEL = /new URL\(\s*(['"])(\.{1,2}\/[^'"]+\.wasm)\1,\s*import\.meta\.url,?\s*\)/g

/** The WebAssembly modules that a source file names, as paths from the root. @param path the file's own, with slashes */
export function namedKernels(text: string, path: string): string[] {
  return Array.from(text.matchAll(KERNEL), ([, , name = '']) => posix.join(posix.dirname(path), name))
}
