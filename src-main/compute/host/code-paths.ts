import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The program's folder: this file is three below it. */
const ROOT = join(import.meta.dirname, '..', '..', '..')
/**
 * The paths that a host must read: this program's code and the packages it uses, never its data.
 * @param root the program's folder; its packages may lie in a folder above
 */
export function codePaths(root = ROOT): string[] {
  const program = realpathSync(root)
  const own = ['package.json', 'src-main', 'wasm'].map((name) => join(program, name))
  return [...own, ...packageFolders(program)]
}

/** The nearest folder of packages, by the name it is looked up by and by the one that it really has. */
function packageFolders(program: string): string[] {
  for (let folder = program; ; folder = dirname(folder)) {
    const packages = join(folder, 'node_modules')
    if (existsSync(packages)) return [...new Set([packages, realpathSync(packages)])]
    if (folder === dirname(folder)) return []
  }
}
