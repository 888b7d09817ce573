import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { kernelPath } from '../../../../wasm/build.ts'
import { knotRoom } from '../../../../wasm/path-trace/bench/knot-room.ts'
import { wholeImage } from '../../../../wasm/path-trace/compiled.ts'
import { type KernelExports, wrapKernel } from '../../../../wasm/path-trace/kernel.ts'
import { packScene } from '../../../../wasm/path-trace/scene.ts'
import type { Workload } from './corpus.fixture.ts'

const BOUNCES = 4
const SMALL = { side: 8, samples: 1 }
const LARGE = { side: 96, samples: 2 }

/** The renderer at work on its bench's scene. */
export function pathTraceWorkload(): Workload {
  return {
    name: 'path tracer',
    source: 'AssemblyScript',
    floats: true,
    bytes: new Uint8Array(readFileSync(kernelPath('path-trace'))),
    work: (instantiate, size) => {
      const kernel = wrapKernel(instantiate() as unknown as KernelExports)
      const loaded = kernel.loadScene(packScene(knotRoom()))
      if (loaded.kind !== 'loaded') throw new Error(`the scene does not load: ${loaded.kind}`)
      const { side, samples } = size === 'small' ? SMALL : LARGE
      const frame = { width: side, height: side, bounces: BOUNCES }
      return () => {
        const film = kernel.renderTile(wholeImage(frame, samples), frame)
        return createHash('sha256').update(film).digest().readBigInt64LE()
      }
    },
  }
}
