/** A fast Fourier transform of 1,024 complex numbers, in place: strided loads and stores between float arithmetic. */

const SIZE: usize = 1024

/** Cosines and sines of the circle's SIZE/2 first steps, by repeated rotation, so that no library function is in it. */
function writeCircle(at: usize): void {
  const c: f64 = 0.9999811752826011
  const s: f64 = -0.006135884649154475
  let x: f64 = 1
  let y: f64 = 0
  for (let i: usize = 0; i < SIZE / 2; i++) {
    store<f64>(at + (i << 4), x)
    store<f64>(at + (i << 4), y, 8)
    const next = x * c - y * s
    y = x * s + y * c
    x = next
  }
}

function transform(at: usize, circle: usize): void {
  for (let half: usize = SIZE / 2; half >= 1; half >>= 1) {
    const stride = SIZE / 2 / half
    for (let block: usize = 0; block < SIZE; block += half << 1) {
      for (let i: usize = 0; i < half; i++) {
        const a = at + ((block + i) << 4)
        const b = a + (half << 4)
        const turn = circle + ((i * stride) << 4)
        const re = load<f64>(a) - load<f64>(b)
        const im = load<f64>(a, 8) - load<f64>(b, 8)
        store<f64>(a, load<f64>(a) + load<f64>(b))
        store<f64>(a, load<f64>(a, 8) + load<f64>(b, 8), 8)
        store<f64>(b, re * load<f64>(turn) - im * load<f64>(turn, 8))
        store<f64>(b, re * load<f64>(turn, 8) + im * load<f64>(turn), 8)
      }
    }
  }
}

/** n transforms, each of a fresh saw-tooth. */
export function fourier(n: i32): i64 {
  heap.reset()
  const circle = heap.alloc(SIZE << 3)
  const data = heap.alloc(SIZE << 4)
  writeCircle(circle)
  let sum: f64 = 0
  for (let round = 0; round < n; round++) {
    for (let i = 0; i < <i32>SIZE; i++) {
      store<f64>(data + (i << 4), <f64>((i + round) % 37))
      store<f64>(data + (i << 4), 0, 8)
    }
    transform(data, circle)
    sum += load<f64>(data + 16) + load<f64>(data + 24)
  }
  return reinterpret<i64>(sum)
}
