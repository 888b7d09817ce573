import type { Cid, SceneFiles } from '#contract'

/** A scene whose files the node has, in the contract's terms. */
export interface HandedScene extends SceneFiles {
  /** The picture of light around it. */
  readonly environment?: Cid
}
