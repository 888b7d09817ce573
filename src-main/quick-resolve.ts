import type { ResolveHookSync } from 'node:module'

/** A package's own folder, in the URL of one of its files. */
const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+\//

/** A file's folder and the end of its name, in its URL: Node reads all such files in the same format. */
const KIND_OF_FILE = /^(.*\/)[^/]*(\.[^./]*)$/

/** What every file that imports a library loads with it and nothing here uses: zod's messages in 64 languages. */
const UNUSED: Readonly<Record<string, string>> = {
  '../locales/index.js': '/node_modules/zod/v4/classic/external.js',
}
const EMPTY_MODULE = 'data:text/javascript,export{}'

/**
 * A hook for `module.registerHooks` that resolves imports without looking at the disk where the answer is known: a relative
 * import of a file is the file of that name, a package's name means the same in all files of one package, and files of one
 * folder have one format. Node looks for symbolic links and `package.json` each time, which takes a third of the time in
 * which a peer's thousand files are loaded. A large part that no file uses is loaded empty. `require`, and all else, is left
 * to Node. Not for trees with links or folders `node_modules` inside of packages.
 */
export function quickResolve(): ResolveHookSync {
  const known = new Map<string, Resolved>()
  const formats = new Map<string, Resolved['format']>()
  return (specifier, context, next) => {
    const { parentURL, conditions } = context
    if (parentURL?.startsWith('file:') !== true || !conditions.includes('import'))
      return next(specifier, context)
    const importer = UNUSED[specifier]
    if (importer !== undefined && parentURL.endsWith(importer))
      return { url: EMPTY_MODULE, shortCircuit: true }
    if (specifier.startsWith('./') || specifier.startsWith('../')) {
      const { href: url } = new URL(specifier, parentURL)
      const kind = url.replace(KIND_OF_FILE, '$1$2')
      if (!formats.has(kind)) formats.set(kind, next(specifier, context).format)
      return { url, format: formats.get(kind), shortCircuit: true }
    }
    const key = `${PACKAGE.exec(parentURL)?.[0] ?? ''} ${specifier}`
    const found = known.get(key) ?? { ...next(specifier, context), shortCircuit: true }
    known.set(key, found)
    return found
  }
}

type Resolved = ReturnType<ResolveHookSync>
