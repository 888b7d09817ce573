import { refuse } from '../protocol/fault.ts'
import type { AlgorithmDeclaration, Library, LibraryEntry } from './library.ts'

/** Libraries by what they can run. */
export interface LibraryIndex {
  readonly algorithms: readonly AlgorithmDeclaration[]
  /** @throws FaultError `unknown-algorithm` when none has this id in this version */
  find(algorithmId: string, version: string): AlgorithmDeclaration
  /** The code that runs an algorithm, loaded on first use. @throws FaultError `unknown-algorithm` */
  load(algorithmId: string, version: string): Promise<Library>
}

/** Indexes a registry. @throws when two libraries declare one algorithm in one version, which is a defect */
export function indexLibraries(entries: readonly LibraryEntry[]): LibraryIndex {
  const byName = new Map<string, { algorithm: AlgorithmDeclaration; entry: LibraryEntry }>()
  const loaded = new Map<LibraryEntry, Promise<Library>>()
  for (const entry of entries) {
    for (const algorithm of entry.algorithms) {
      const name = nameOf(algorithm.algorithmId, algorithm.version)
      if (byName.has(name)) throw new Error(`${name} is declared twice`)
      byName.set(name, { algorithm, entry })
    }
  }
  const lookUp = (algorithmId: string, version: string) =>
    byName.get(nameOf(algorithmId, version)) ??
    refuse('unknown-algorithm', `no library here runs ${nameOf(algorithmId, version)}`)
  return {
    algorithms: [...byName.values()].map(({ algorithm }) => algorithm),
    find: (algorithmId, version) => lookUp(algorithmId, version).algorithm,
    load: async (algorithmId, version) => {
      const { entry } = lookUp(algorithmId, version)
      const library = loaded.get(entry) ?? entry.load()
      loaded.set(entry, library)
      return library
    },
  }
}

/** An algorithm and its version as text: `render.path-trace@1.0.0`. */
export function nameOf(algorithmId: string, version: string): string {
  return `${algorithmId}@${version}`
}
