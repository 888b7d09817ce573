import { z } from 'zod'

const Package = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
})
type Package = z.infer<typeof Package>

/** A lock file of npm, version 3: every package by its folder; the root by the empty name. */
const LockFile = z.object({ packages: z.record(z.string(), Package) })

/**
 * The folders of all packages that the program itself uses, directly or not, as the lock file has them.
 *
 * @param lock the lock file's text
 * @param without direct dependencies that are not wanted
 */
export function productionPackages(lock: string, without: readonly string[]): string[] {
  const { packages } = LockFile.parse(JSON.parse(lock))
  const wanted = Object.keys(packages['']?.dependencies ?? {}).filter((name) => !without.includes(name))
  const found = new Set<string>()
  const waiting = wanted.map((name) => ({ name, from: '' }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const folder = folderOf(next.name, next.from, packages)
    if (folder === undefined || found.has(folder)) continue
    found.add(folder)
    const { dependencies, optionalDependencies, peerDependencies } = packages[folder] ?? {}
    const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    waiting.push(...names.map((name) => ({ name, from: folder })))
  }
  // A package inside another one's folder comes along with it.
  return [...found]
    .filter((folder) => ![...found].some((other) => folder.startsWith(`${other}/node_modules/`)))
    .sort()
}

/** Where Node finds a package from another one's folder: in its own `node_modules`, or in one above. */
function folderOf(
  name: string,
  from: string,
  packages: Readonly<Record<string, Package>>,
): string | undefined {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('node_modules/') - 1))) {
    const folder = place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`
    if (folder in packages) return folder
    if (place === '') return undefined
  }
}
