/** Integer loops: strided stores, one branch per bit, and a bytecode interpreter's dispatch. */

export function sieve(n: i32): i64 {
  heap.reset()
  const flags = heap.alloc(n + 1)
  memory.fill(flags, 1, n + 1)
  let primes: i64 = 0
  for (let i = 2; i <= n; i++) {
    if (!load<u8>(flags + i)) continue
    primes++
    for (let j = <i64>i * i; j <= n; j += i) store<u8>(flags + <usize>j, 0)
  }
  return primes
}

/** CRC-32, bit by bit. */
export function crc(n: i32): i64 {
  let sum: u32 = 0xffffffff
  for (let i = 0; i < n; i++) {
    sum ^= <u8>i
    for (let bit = 0; bit < 8; bit++) {
      if (sum & 1) sum = (sum >> 1) ^ 0xedb88320
      else sum >>= 1
    }
  }
  return <i64>sum
}

const PROGRAM = memory.data<u8>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])

/** Runs PROGRAM, a loop of twelve instructions, n times round. */
export function interpret(n: i32): i64 {
  let at = 0
  let sum: i64 = 1
  let x: i64 = 7
  let left = n
  while (true) {
    const instruction = load<u8>(PROGRAM + at)
    at++
    switch (instruction) {
      case 0: sum += x; break
      case 1: sum ^= x << 3; break
      case 2: x = x * 31 + 7; break
      case 3: sum -= x; break
      case 4: sum = rotl(sum, 5); break
      case 5: if (sum & 1) x++; break
      case 6: x ^= sum; break
      case 7: sum *= 3; break
      case 8: sum = sum & 0xffffffffffff; break
      case 9: x = x >> 1; break
      case 10: if (--left == 0) return sum; break
      case 11: at = 0; break
      default: unreachable()
    }
  }
}
