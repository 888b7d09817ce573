/**
 * Rays through the tree, four boxes or four triangles at a time. Which triangle is hit, and where, does not
 * depend on the tree: the nearest, and of equally near ones that of the lowest index.
 */
import { N_CHILDREN, P_INDEX, PACK_SIZE, root } from './bvh-build'
import { BEYOND, SALT_CLOSEST, SALT_SHADOW, countRay, inverseOf, setHit, spill, stack } from './hit'
import { closestHitScalar, occludedScalar } from './bvh-trace-scalar'
import { stopsRay } from './cut-out'
import { anyCutOut } from './triangle'

/** The nearest hit, into hit.ts; hitTriangle is -1 where there is none. */
export function closestHit(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32, far: f32): void {
  countRay()
  if (ASC_FEATURE_SIMD) trace(false, ox, oy, oz, dx, dy, dz, far)
  else closestHitScalar(ox, oy, oz, dx, dy, dz, far)
}

/** Whether anything lies nearer than `far`. */
export function occluded(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32, far: f32): bool {
  countRay()
  if (ASC_FEATURE_SIMD) return trace(true, ox, oy, oz, dx, dy, dz, far)
  return occludedScalar(ox, oy, oz, dx, dy, dz, far)
}

// @ts-ignore: decorator
@inline
function mad(a: v128, b: v128, c: v128): v128 { return f32x4.add(f32x4.mul(a, b), c) }

// @ts-ignore: decorator
@inline
function slab(planes: usize, origin: v128, inverse: v128): v128 {
  return f32x4.mul(f32x4.sub(v128.load(planes), origin), inverse)
}

// @ts-ignore: decorator
@inline
function push(sp: usize, reference: u32, near: f32): usize {
  store<u32>(sp, reference)
  store<f32>(sp, near, 4)
  return sp + 8
}

// pmin and pmax throughout: one instruction on every machine, where min and max need several for NaN.
// @ts-ignore: decorator
@inline
function trace(any: bool, ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32, far: f32): bool {
  const OX = f32x4.splat(ox), OY = f32x4.splat(oy), OZ = f32x4.splat(oz)
  const DX = f32x4.splat(dx), DY = f32x4.splat(dy), DZ = f32x4.splat(dz)
  const ix = inverseOf(dx), iy = inverseOf(dy), iz = inverseOf(dz)
  const IX = f32x4.splat(ix), IY = f32x4.splat(iy), IZ = f32x4.splat(iz), ZERO = f32x4.splat(0)
  // The ray's signs say which plane of each axis it meets first.
  const nearX: usize = ix < 0 ? 16 : 0, nearY: usize = iy < 0 ? 48 : 32, nearZ: usize = iz < 0 ? 80 : 64
  const farX: usize = 16 - nearX, farY: usize = 80 - nearY, farZ: usize = 144 - nearZ
  let t = far, T = f32x4.splat(far), beyond = far * BEYOND, BOX = f32x4.splat(beyond)
  let triangle = -1, hitU: f32 = 0, hitV: f32 = 0
  let sp = push(stack, 0, -1), at = root
  while (true) {
    const packs = at & 15
    if (!packs) {
      const q = <usize>at
      const n = f32x4.pmax(f32x4.pmax(slab(q + nearX, OX, IX), slab(q + nearY, OY, IY)), f32x4.pmax(slab(q + nearZ, OZ, IZ), ZERO))
      const f = f32x4.pmin(f32x4.pmin(slab(q + farX, OX, IX), slab(q + farY, OY, IY)), f32x4.pmin(slab(q + farZ, OZ, IZ), BOX))
      let m = i32x4.bitmask(f32x4.le(n, f))
      if (m) {
        let k = <usize>ctz(m) << 2
        m &= m - 1
        let best = load<u32>(q + k, N_CHILDREN)
        if (!m) {
          at = best
          continue
        }
        if (any) {
          // Any hit will do: order is not worth its price.
          do {
            k = <usize>ctz(m) << 2
            m &= m - 1
            sp = push(sp, load<u32>(q + k, N_CHILDREN), 0)
          } while (m)
          at = best
          continue
        }
        v128.store(spill, n)
        let bestNear = load<f32>(spill + k)
        do {
          k = <usize>ctz(m) << 2
          m &= m - 1
          const child = load<u32>(q + k, N_CHILDREN), near = load<f32>(spill + k)
          if (near < bestNear) {
            sp = push(sp, best, bestNear)
            best = child
            bestNear = near
          } else sp = push(sp, child, near)
        } while (m)
        at = best
        continue
      }
    } else {
      let q = <usize>(at & 0xfffffff0)
      const end = q + PACK_SIZE * <usize>packs
      do {
        const nx = v128.load(q, 128), ny = v128.load(q, 144), nz = v128.load(q, 160)
        const w = mad(OX, nx, mad(OY, ny, mad(OZ, nz, v128.load(q, 176))))
        const dw = mad(DX, nx, mad(DY, ny, f32x4.mul(DZ, nz)))
        const tt = f32x4.div(f32x4.neg(w), dw)
        const hx = mad(tt, DX, OX), hy = mad(tt, DY, OY), hz = mad(tt, DZ, OZ)
        const u = mad(hx, v128.load(q), mad(hy, v128.load(q, 16), mad(hz, v128.load(q, 32), v128.load(q, 48))))
        const v = mad(hx, v128.load(q, 64), mad(hy, v128.load(q, 80), mad(hz, v128.load(q, 96), v128.load(q, 112))))
        const inside = v128.and(f32x4.ge(f32x4.pmin(u, v), ZERO), f32x4.le(f32x4.add(u, v), f32x4.splat(1)))
        const before = v128.and(f32x4.gt(tt, ZERO), any ? f32x4.lt(tt, T) : f32x4.le(tt, T))
        let m = i32x4.bitmask(v128.and(inside, before))
        if (m) {
          if (any && !anyCutOut) return true
          v128.store(spill, tt)
          v128.store(spill, u, 16)
          v128.store(spill, v, 32)
          do {
            const k = <usize>ctz(m) << 2
            m &= m - 1
            const index = load<i32>(q + k, P_INDEX), y = load<f32>(spill + k)
            if (any) {
              if (stopsRayAt(index, k, SALT_SHADOW)) return true
            } else if ((y < t || (y == t && <u32>index < <u32>triangle)) && (!anyCutOut || stopsRayAt(index, k, SALT_CLOSEST))) {
              t = y
              triangle = index
              hitU = load<f32>(spill + k, 16)
              hitV = load<f32>(spill + k, 32)
            }
          } while (m)
          if (!any) {
            T = f32x4.splat(t)
            beyond = t * BEYOND
            BOX = f32x4.splat(beyond)
          }
        }
        q += PACK_SIZE
      } while (q < end)
    }
    do {
      sp -= 8
      at = load<u32>(sp)
    } while (!any && load<f32>(sp, 4) > beyond)
    if (!at) break
  }
  if (!any) setHit(triangle, t, hitU, hitV)
  return false
}

/** The spilled lane's u and v decide at surfaces that let rays through. */
// @ts-ignore: decorator
@inline
function stopsRayAt(triangle: i32, lane: usize, salt: u32): bool {
  return stopsRay(triangle, load<f32>(spill + lane, 16), load<f32>(spill + lane, 32), salt)
}
