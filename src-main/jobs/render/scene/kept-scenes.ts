import type { LitBy, SceneWarning } from '#contract'
import type { BlobStore } from '../../../ports/blob-store.ts'
import type { Cid } from '../../../protocol/ids.ts'

/** Imports that are kept for users who look at a scene before they send it, and try another camera. */
const KEPT_MAX = 4
/** The owner of their pins. */
const KEEPER = 'api:scenes'

/** A scene that was taken apart, and built once to see that it can be. */
export interface ImportedScene {
  /** The inputs of a render of it, by role: a description, its geometry and its textures. */
  readonly inputs: Readonly<Record<string, Cid>>
  /** Their bytes, each content once: what travels. */
  readonly bytes: number
  /** The digest for `RenderParams.scene_digest`. */
  readonly digest: string
  /** Memory that a unit needs for it beyond what it needs for any, bytes. */
  readonly memoryBytes: number
  /** The same scene packed, for a preview here. */
  readonly packed: Cid
  readonly triangles: number
  /** The number of the camera that has the view; absent where none was asked for. */
  readonly camera?: number
  /** The light that it has, whether or not the camera sees it. */
  readonly litBy: Exclude<LitBy, 'nothing'>
  readonly warnings: readonly SceneWarning[]
}

/** A scene that is kept; one that was framed fits pictures of one shape only. */
interface KeptScene {
  readonly key: string
  readonly aspect: number | undefined
  readonly scene: ImportedScene
}

/** The scenes that were imported last, kept with their blobs. */
export interface KeptScenes {
  /** @param aspect the shape of the picture, which decides for scenes that were framed */
  find(key: string, aspect: number): ImportedScene | undefined
  /** Keeps a scene, and lets go of the one that was asked for longest ago when there are too many. */
  add(one: KeptScene): void
}

/** Creates an empty collection. Pins of an earlier run of the program are let go. */
export function createKeptScenes(blobs: Pick<BlobStore, 'has' | 'pin' | 'unpin'>): KeptScenes {
  /** The one asked for longest ago first. */
  const kept: KeptScene[] = []
  blobs.unpin(KEEPER)

  function find(key: string, aspect: number): ImportedScene | undefined {
    const at = kept.findIndex(
      (one) =>
        one.key === key &&
        (one.aspect ?? aspect) === aspect &&
        blobsOf(one.scene).every((cid) => blobs.has(cid)),
    )
    const [found] = at < 0 ? [] : kept.splice(at, 1)
    if (found !== undefined) kept.push(found)
    return found?.scene
  }

  function add(one: KeptScene): void {
    blobs.pin(blobsOf(one.scene), KEEPER)
    kept.push(one)
    if (kept.length <= KEPT_MAX) return
    const [oldest] = kept.splice(0, 1)
    const stillKept = new Set(kept.flatMap(({ scene }) => blobsOf(scene)))
    const gone = oldest === undefined ? [] : blobsOf(oldest.scene).filter((cid) => !stillKept.has(cid))
    blobs.unpin(KEEPER, gone)
  }

  return { find, add }
}

/** All that is kept of a scene. */
export function blobsOf({ inputs, packed }: ImportedScene): Cid[] {
  return [...Object.values(inputs), packed]
}
