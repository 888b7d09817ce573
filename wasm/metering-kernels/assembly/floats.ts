/** Scalar floats: a sum of products over memory, a loop in registers, and square roots over objects. */

export function matmul(n: i32): i64 {
  heap.reset()
  const size = n * n * 8
  const a = heap.alloc(size)
  const b = heap.alloc(size)
  const c = heap.alloc(size)
  for (let i = 0; i < n * n; i++) {
    store<f64>(a + (i << 3), <f64>(i % 17) * 0.5)
    store<f64>(b + (i << 3), <f64>(i % 13) * 0.25)
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum: f64 = 0
      for (let k = 0; k < n; k++) {
        sum += load<f64>(a + ((i * n + k) << 3)) * load<f64>(b + ((k * n + j) << 3))
      }
      store<f64>(c + ((i * n + j) << 3), sum)
    }
  }
  let total: f64 = 0
  for (let i = 0; i < n * n; i++) total += load<f64>(c + (i << 3))
  return reinterpret<i64>(total)
}

/** Steps until escape, at most 200, summed over n² points. */
export function mandelbrot(n: i32): i64 {
  let steps: i64 = 0
  for (let y = 0; y < n; y++) {
    for (let x = 0; x < n; x++) {
      const cr = (<f64>x * 3.0) / <f64>n - 2.0
      const ci = (<f64>y * 2.0) / <f64>n - 1.0
      let zr: f64 = 0
      let zi: f64 = 0
      let i = 0
      for (; i < 200; i++) {
        const next = zr * zr - zi * zi + cr
        zi = 2 * zr * zi + ci
        zr = next
        if (zr * zr + zi * zi > 4) break
      }
      steps += i
    }
  }
  return steps
}

class Body {
  constructor(
    public x: f64,
    public y: f64,
    public z: f64,
    public vx: f64,
    public vy: f64,
    public vz: f64,
    public mass: f64,
  ) {}
}

const DAYS: f64 = 365.24
const SOLAR_MASS: f64 = 39.47841760435743

/** The Sun and four planets. */
function solarSystem(): StaticArray<Body> {
  return StaticArray.fromArray<Body>([
    new Body(0, 0, 0, 0, 0, 0, SOLAR_MASS),
    new Body(
      4.8414314424647209, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694 * DAYS,
      0.00769901118419740425 * DAYS, -0.0000690460016972063023 * DAYS, 0.000954791938424326609 * SOLAR_MASS,
    ),
    new Body(
      8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411 * DAYS,
      0.00499852801234917238 * DAYS, 0.0000230417297573763929 * DAYS, 0.000285885980666130812 * SOLAR_MASS,
    ),
    new Body(
      12.894369562139131, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618 * DAYS,
      0.0023784717395948095 * DAYS, -0.0000296589568540237556 * DAYS, 0.0000436624404335156298 * SOLAR_MASS,
    ),
    new Body(
      15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322 * DAYS,
      0.00162824170038242295 * DAYS, -0.000095159225451971587 * DAYS, 0.0000515138902046611451 * SOLAR_MASS,
    ),
  ])
}

/** n steps. */
export function nbody(n: i32): i64 {
  heap.reset()
  const bodies = solarSystem()
  const step: f64 = 0.01
  for (let s = 0; s < n; s++) {
    for (let i = 0; i < 5; i++) {
      const a = unchecked(bodies[i])
      for (let j = i + 1; j < 5; j++) {
        const b = unchecked(bodies[j])
        const dx = a.x - b.x
        const dy = a.y - b.y
        const dz = a.z - b.z
        const square = dx * dx + dy * dy + dz * dz
        const pull = step / (square * Math.sqrt(square))
        a.vx -= dx * b.mass * pull
        a.vy -= dy * b.mass * pull
        a.vz -= dz * b.mass * pull
        b.vx += dx * a.mass * pull
        b.vy += dy * a.mass * pull
        b.vz += dz * a.mass * pull
      }
    }
    for (let i = 0; i < 5; i++) {
      const a = unchecked(bodies[i])
      a.x += step * a.vx
      a.y += step * a.vy
      a.z += step * a.vz
    }
  }
  return reinterpret<i64>(unchecked(bodies[0]).x)
}
