/** A small path tracer: floats with data-dependent branches and a generator of random numbers in a global. */

/** x, y, z, radius, and a colour that only the layout needs. */
const SPHERES = memory.data<f64>([
  0, -1e4, 20, 9996, 0.8, 0.8, 0.8, 0, 0, 20, 4, 1, 0.32, 0.36, 5, -1, 15, 2, 0.9, 0.76, 0.46, 5, 0, 25, 3, 0.65,
  0.77, 0.97, -5.5, 0, 15, 3, 0.9, 0.9, 0.9, 0, 20, 30, 3, 0, 0, 0,
])
const SIZE = 56
const COUNT: usize = 6

let seed: u32 = 1
// @ts-ignore: decorator
@inline function random(): f64 {
  seed = seed * 1664525 + 1013904223
  return <f64>(seed >> 8) * (1.0 / 16777216.0)
}

function trace(ox: f64, oy: f64, oz: f64, dx: f64, dy: f64, dz: f64): f64 {
  let throughput: f64 = 1
  let light: f64 = 0
  for (let depth = 0; depth < 5; depth++) {
    let nearest: f64 = 1e20
    let hit: usize = 0
    for (let i: usize = 0; i < COUNT; i++) {
      const sphere = SPHERES + i * SIZE
      const lx = load<f64>(sphere) - ox
      const ly = load<f64>(sphere, 8) - oy
      const lz = load<f64>(sphere, 16) - oz
      const radius = load<f64>(sphere, 24)
      const along = lx * dx + ly * dy + lz * dz
      if (along < 0) continue
      const apart = lx * lx + ly * ly + lz * lz - along * along
      const square = radius * radius
      if (apart > square) continue
      const half = sqrt(square - apart)
      let t = along - half
      if (t < 1e-4) t = along + half
      if (t > 1e-4 && t < nearest) {
        nearest = t
        hit = sphere
      }
    }
    if (!hit) {
      light += throughput * 0.5
      break
    }
    ox += dx * nearest
    oy += dy * nearest
    oz += dz * nearest
    let nx = ox - load<f64>(hit)
    let ny = oy - load<f64>(hit, 8)
    let nz = oz - load<f64>(hit, 16)
    const length = 1.0 / sqrt(nx * nx + ny * ny + nz * nz)
    nx *= length
    ny *= length
    nz *= length
    if (hit == SPHERES + 5 * SIZE) {
      light += throughput * 3.0
      break
    }
    throughput *= load<f64>(hit, 32)
    let rx: f64, ry: f64, rz: f64, inside: f64
    do {
      rx = random() * 2 - 1
      ry = random() * 2 - 1
      rz = random() * 2 - 1
      inside = rx * rx + ry * ry + rz * rz
    } while (inside > 1)
    dx = nx + rx
    dy = ny + ry
    dz = nz + rz
    const scale = 1.0 / sqrt(dx * dx + dy * dy + dz * dz + 1e-12)
    dx *= scale
    dy *= scale
    dz *= scale
    ox += nx * 1e-3
    oy += ny * 1e-3
    oz += nz * 1e-3
  }
  return light
}

/** Four paths per pixel of n². */
export function spheres(n: i32): i64 {
  seed = 1
  let sum: f64 = 0
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) {
      for (let sample = 0; sample < 4; sample++) {
        const dx = (<f64>x + random()) / <f64>n - 0.5
        const dy = 0.5 - (<f64>y + random()) / <f64>n
        const length = 1.0 / sqrt(dx * dx + dy * dy + 1.0)
        sum += trace(0, 0, 0, dx * length, dy * length, length)
      }
    }
  }
  return reinterpret<i64>(sum)
}
