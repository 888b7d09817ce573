import type { SceneReference } from './gltf-references.ts'

/** A file as it was dropped: where it lies within what was dropped, with `/`. */
export interface DroppedFile<F> {
  readonly path: string
  readonly file: F
}

/** Of a scene's references: which dropped file each is, and which are not dropped yet. */
export interface MatchedFiles<F> {
  /** By the name that the scene uses; one file may have two names. */
  readonly found: readonly { readonly name: string; readonly file: F }[]
  readonly missing: readonly SceneReference[]
}

/** Where a dropped file can be the scene itself. */
const SCENE_EXTENSION = /\.(glb|gltf)$/i

/** The dropped files that may be the scene, those nearest to the top first, then by name. */
export function sceneCandidates<F>(files: readonly DroppedFile<F>[]): DroppedFile<F>[] {
  const depth = ({ path }: DroppedFile<F>): number => path.split('/').length
  return files
    .filter(({ path }) => SCENE_EXTENSION.test(path))
    .sort((a, b) => depth(a) - depth(b) || a.path.localeCompare(b.path))
}

/**
 * Finds what a scene refers to among the files that were dropped: at the place that it names, as seen from its own
 * folder; failing that anywhere under the same file name, since people drop a texture without its folder. Upper and
 * lower case only count where they tell two files apart, and an accent may be written as a part of its letter or apart.
 */
export function matchFiles<F>(
  main: DroppedFile<F>,
  references: readonly SceneReference[],
  files: readonly DroppedFile<F>[],
): MatchedFiles<F> {
  const others = files.filter((file) => file !== main)
  const byPath = firstBy(others, ({ path }) => normalPath(path))
  const byLowerPath = firstBy(others, ({ path }) => normalPath(path).toLowerCase())
  const byName = firstBy(others, ({ path }) => fileName(normalPath(path)).toLowerCase())
  const folder = main.path.slice(0, main.path.lastIndexOf('/') + 1)
  const found: { name: string; file: F }[] = []
  const missing: SceneReference[] = []
  for (const reference of references) {
    const place = normalPath(folder + reference.name)
    const match =
      byPath.get(place) ??
      byLowerPath.get(place.toLowerCase()) ??
      byName.get(fileName(normalPath(reference.name)).toLowerCase())
    if (match === undefined) missing.push(reference)
    else found.push({ name: reference.name, file: match.file })
  }
  return { found, missing }
}

/**
 * Adds files to those that are there. A file at the same place is the newer one of the same; one that was dropped
 * alone has no folder and so replaces only another without.
 */
export function addFiles<F>(
  files: readonly DroppedFile<F>[],
  more: readonly DroppedFile<F>[],
): DroppedFile<F>[] {
  const all = new Map(files.map((file) => [file.path, file]))
  for (const file of more) all.set(file.path, file)
  return [...all.values()]
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** A path without `.`, `..`, doubled or backward slashes. */
function normalPath(path: string): string {
  const parts: string[] = []
  for (const part of path.normalize().replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function firstBy<F>(
  files: readonly DroppedFile<F>[],
  key: (file: DroppedFile<F>) => string,
): Map<string, DroppedFile<F>> {
  const map = new Map<string, DroppedFile<F>>()
  for (const file of files) if (!map.has(key(file))) map.set(key(file), file)
  return map
}
