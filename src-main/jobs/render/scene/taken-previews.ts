import type { ImportedScene } from './kept-scenes.ts'

/** A user tries a few cameras and sizes before a scene is sent; each is some ten kilobytes. */
const REMEMBERED_MAX = 16

/** Pixels of the picture that is to be. */
interface PictureSize {
  readonly width: number
  readonly height: number
}

/** The previews that were made last, as JPEG files: a job that is sent after one need not make it again. */
export interface TakenPreviews {
  find(scene: ImportedScene, picture: PictureSize): Uint8Array | undefined
  add(scene: ImportedScene, picture: PictureSize, jpeg: Uint8Array): void
}

/** Creates an empty collection. */
export function createTakenPreviews(): TakenPreviews {
  /** The one made longest ago first. */
  const taken = new Map<string, Uint8Array>()
  return {
    find: (scene, picture) => taken.get(keyOf(scene, picture)),
    add(scene, picture, jpeg) {
      const key = keyOf(scene, picture)
      taken.delete(key)
      taken.set(key, jpeg)
      const [oldest] = taken.keys()
      if (taken.size > REMEMBERED_MAX && oldest !== undefined) taken.delete(oldest)
    },
  }
}

function keyOf({ packed }: ImportedScene, { width, height }: PictureSize): string {
  return `${packed} ${width}x${height}`
}
