/** Rays through the tree without SIMD: the same hits, bit for bit, for machines and measurements without it. */
import { N_CHILDREN, P_INDEX, PACK_SIZE, root } from './bvh-build'
import { BEYOND, SALT_CLOSEST, SALT_SHADOW, inverseOf, setHit, stack } from './hit'
import { larger, smaller } from './math'
import { stopsRay } from './cut-out'
import { anyCutOut } from './triangle'

export function closestHitScalar(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32, far: f32): void {
  trace(false, ox, oy, oz, dx, dy, dz, far)
}

export function occludedScalar(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32, far: f32): bool {
  return trace(true, ox, oy, oz, dx, dy, dz, far)
}

// @ts-ignore: decorator
@inline
function trace(any: bool, ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32, far: f32): bool {
  const ix = inverseOf(dx), iy = inverseOf(dy), iz = inverseOf(dz)
  const nearX: usize = ix < 0 ? 16 : 0, nearY: usize = iy < 0 ? 48 : 32, nearZ: usize = iz < 0 ? 80 : 64
  const farX: usize = 16 - nearX, farY: usize = 80 - nearY, farZ: usize = 144 - nearZ
  let t = far, triangle = -1, hitU: f32 = 0, hitV: f32 = 0
  let sp = stack, at = root
  store<u32>(sp, 0)
  store<f32>(sp, -1, 4)
  sp += 8
  while (true) {
    const packs = at & 15
    if (!packs) {
      let best: u32 = 0, bestNear: f32 = Infinity
      const beyond = t * BEYOND
      for (let k: usize = 0; k < 16; k += 4) {
        const q = <usize>at + k, child = load<u32>(q, N_CHILDREN)
        const n = larger(larger((load<f32>(q + nearX) - ox) * ix, (load<f32>(q + nearY) - oy) * iy), larger((load<f32>(q + nearZ) - oz) * iz, 0))
        const f = smaller(smaller((load<f32>(q + farX) - ox) * ix, (load<f32>(q + farY) - oy) * iy), smaller((load<f32>(q + farZ) - oz) * iz, beyond))
        if (n <= f) {
          const nearer = n < bestNear
          const other = nearer ? best : child
          if (other) {
            store<u32>(sp, other)
            store<f32>(sp, nearer ? bestNear : n, 4)
            sp += 8
          }
          if (nearer) {
            best = child
            bestNear = n
          }
        }
      }
      if (best) {
        at = best
        continue
      }
    } else {
      let q = <usize>(at & 0xfffffff0)
      const end = q + PACK_SIZE * <usize>packs
      for (; q < end; q += PACK_SIZE) for (let k: usize = 0; k < 16; k += 4) {
        const p = q + k, nx = load<f32>(p, 128), ny = load<f32>(p, 144), nz = load<f32>(p, 160)
        const w = ox * nx + (oy * ny + (oz * nz + load<f32>(p, 176))), dw = dx * nx + (dy * ny + dz * nz)
        const tt = -w / dw
        if (!(tt > 0 && (any ? tt < t : tt <= t))) continue
        const hx = tt * dx + ox, hy = tt * dy + oy, hz = tt * dz + oz
        const u = hx * load<f32>(p) + (hy * load<f32>(p, 16) + (hz * load<f32>(p, 32) + load<f32>(p, 48)))
        const v = hx * load<f32>(p, 64) + (hy * load<f32>(p, 80) + (hz * load<f32>(p, 96) + load<f32>(p, 112)))
        if (!(u >= 0 && v >= 0 && u + v <= 1)) continue
        const index = load<i32>(p, P_INDEX)
        if (any) {
          if (!anyCutOut || stopsRay(index, u, v, SALT_SHADOW)) return true
        } else if ((tt < t || <u32>index < <u32>triangle) && (!anyCutOut || stopsRay(index, u, v, SALT_CLOSEST))) {
          t = tt
          triangle = index
          hitU = u
          hitV = v
        }
      }
    }
    const beyond = t * BEYOND
    do {
      sp -= 8
      at = load<u32>(sp)
    } while (!any && load<f32>(sp, 4) > beyond)
    if (!at) break
  }
  if (!any) setHit(triangle, t, hitU, hitV)
  return false
}
