/** Calls: the bare recursion, recursion around loops, and objects linked into trees. */

export function fibonacci(n: i32): i64 {
  return n < 2 ? <i64>n : fibonacci(n - 1) + fibonacci(n - 2)
}

function sort(low: usize, high: usize): void {
  while (low < high) {
    const pivot = load<i32>(low + (((high - low) >> 3) << 2))
    let i = low
    let j = high
    while (i <= j) {
      while (load<i32>(i) < pivot) i += 4
      while (load<i32>(j) > pivot) j -= 4
      if (i <= j) {
        const held = load<i32>(i)
        store<i32>(i, load<i32>(j))
        store<i32>(j, held)
        i += 4
        j -= 4
      }
    }
    if (j - low < high - i && j > low) {
      sort(low, j)
      low = i
    } else {
      if (i < high) sort(i, high)
      high = j
    }
  }
}

/** Sorts n drawn numbers. */
export function quicksort(n: i32): i64 {
  heap.reset()
  const at = heap.alloc(n << 2)
  let seed: u32 = 12345
  for (let i = 0; i < n; i++) {
    seed = seed * 1664525 + 1013904223
    store<u32>(at + (i << 2), seed)
  }
  sort(at, at + ((n - 1) << 2))
  let sum: i64 = 0
  for (let i = 0; i < n; i++) sum = sum * 31 + load<i32>(at + (i << 2))
  return sum
}

class Tree {
  left: Tree | null = null
  right: Tree | null = null
}

/** A full tree of the given depth; its nodes come from `arena`, 8 bytes each, so that nothing is kept between runs. */
let arena: usize = 0
function grown(depth: i32): Tree {
  const tree = changetype<Tree>(arena)
  arena += offsetof<Tree>()
  tree.left = depth > 0 ? grown(depth - 1) : null
  tree.right = depth > 0 ? grown(depth - 1) : null
  return tree
}
function counted(tree: Tree): i32 {
  const left = tree.left
  const right = tree.right
  return left && right ? 1 + counted(left) + counted(right) : 1
}

/** Builds and counts n trees of depth 12. */
export function trees(n: i32): i64 {
  heap.reset()
  const room = heap.alloc(offsetof<Tree>() << 13)
  let sum: i64 = 0
  for (let i = 0; i < n; i++) {
    arena = room
    sum += counted(grown(12))
  }
  return sum
}
