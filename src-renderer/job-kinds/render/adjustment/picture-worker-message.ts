import type { Adjustment } from './tone-mapping.ts'

/** Messages to the worker. */
export type PictureInput =
  /**
   * Read this OpenEXR file, as a picture that was delivered with an exposure of so many stops. With `isKept` it stays there, to be
   * developed there.
   */
  | {
      readonly kind: 'read'
      readonly bytes: Uint8Array<ArrayBuffer>
      readonly deliveredStops: number
      readonly isKept: boolean
    }
  /** Develop the picture that was kept. */
  | { readonly kind: 'develop'; readonly adjustment: Adjustment }

/** The worker's answers. */
export type PictureOutput =
  | { readonly kind: 'unreadable'; readonly why: string }
  /** Linear radiance (RGB, three floats a pixel) at the delivered exposure; absent where it was kept. */
  | {
      readonly kind: 'read'
      readonly width: number
      readonly height: number
      readonly radiance?: Float32Array<ArrayBuffer>
    }
  /** RGBA, four bytes a pixel. */
  | { readonly kind: 'developed'; readonly pixels: Uint8ClampedArray<ArrayBuffer> }
