import type { Cid, SceneFiles } from '#contract'

/** A scene whose files the node has, in the contract's terms. */
export interface HandedScene extends SceneFiles {
  /** The picture of light around it. */
  readonly environment?: Cid
  /** Settings of the job that this one is made after, for which the form has no field. */
  readonly bounces?: number
  readonly clamp?: number
}
