/**
 * Builds the hierarchy: binned SAH into a binary tree (Wald, "On fast Construction of SAH-based Bounding Volume
 * Hierarchies", 2007), then collapsed to nodes of four children with leaves of packed triangles.
 *
 * A node is 128 bytes: for each axis four lower planes then four upper planes, then four references, 0 when
 * absent. A reference to a node is its address; to a leaf, the address of its packs plus their number (1…15).
 * A pack is 208 bytes: four triangles in lanes, each as the affine map that makes it the unit triangle (Woop,
 * 2004): rows u, v and n of four numbers, then its index.
 */
import { indices, positions, triangleCount } from './scene'
import { vertexOf } from './triangle'
import { larger, smaller } from './math'
import { release, reserve } from './arena'

export const NODE_SIZE: usize = 128
export const N_CHILDREN: usize = 96
export const PACK_SIZE: usize = 208
export const P_INDEX: usize = 192

/** Packs per leaf at most: a reference has four bits for the number, and longer leaves never pay. */
const LEAF_TRIANGLES_MAX: i32 = 8
/** Cost of a step through a node against that of a pack, measured. */
const COST_NODE: f32 = 1
const COST_PACK: f32 = 1
const BINS: i32 = 16
/** Below this many triangles eight bins find as good a split. */
const BINS_FEW_BELOW: i32 = 24
/** After so many levels a split is by count, so that no input can make the tree deeper than this plus 22. */
const DEPTH_SAH_MAX: i32 = 48
/** How much boxes grow, of their largest coordinate: more than a triangle test's rounding. */
const PADDING: f32 = 1e-6
/** A plane beyond every ray; lower above upper is a box that nothing hits. */
const EMPTY: f32 = 1e30

/** Room for nodes is made in steps of so many bytes. */
const NODE_STEP: usize = 512 * NODE_SIZE

const PRIM_SIZE: usize = 32
/** The exponent of 2²³, or with bit 23 of an index that of 2²⁴: any index below SCENE_LIMITS.triangles makes a number. */
const INDEX_BITS: i32 = 0x4b000000
const BINARY_SIZE: usize = 32
/** A box, then a count. */
const BIN_SIZE: usize = 48
const BIN_COUNT: usize = 32

export let root: u32 = 0
export let nodeCount: i32 = 0
export let leafCount: i32 = 0

let prims: usize = 0
let binary: usize = 0
let binaryCount: i32 = 0
let bins: usize = 0
let rightAreas: usize = 0
let nodeNext: usize = 0
/** Up to where there is room for nodes. */
let nodeEnd: usize = 0
let leafNext: usize = 0
/** No memory was left for a node. */
let isFull: bool = false

/** Builds the tree over all triangles. False when memory is out. */
export function buildTree(): bool {
  const n = <f64>triangleCount
  bins = reserve(<f64>(3 * BINS * <i32>BIN_SIZE))
  rightAreas = reserve(4 * BINS)
  prims = reserve(n * <f64>PRIM_SIZE)
  binary = reserve(2 * n * <f64>BINARY_SIZE + 64)
  if (prims == 0 || binary == 0 || bins == 0 || rightAreas == 0) return false
  for (let i = 0; i < triangleCount; i++) boundTriangle(i)
  binaryCount = 1
  split(0, 0, triangleCount, 0)
  // Room for two nodes a triangle was for the worst case; leaves of several leave more than half of it.
  release(binary + <usize>binaryCount * BINARY_SIZE)
  return emitTree()
}

/**
 * Writes the wide tree above what it is made from, leaves first, then nodes, and moves it down over that; its references
 * are those of its final place from the start.
 */
function emitTree(): bool {
  let packs: f64 = 0
  for (let i = 0; i < binaryCount; i++) {
    packs += <f64>((load<u32>(binary + <usize>i * BINARY_SIZE, 28) + 3) >> 2)
  }
  const leafBytes = (<usize>packs * PACK_SIZE + 63) & ~63, built = reserve(packs * <f64>PACK_SIZE)
  if (built == 0) return false
  nodeCount = 0
  leafCount = 0
  shift = built - prims
  leafNext = prims
  nodeNext = prims + leafBytes
  nodeEnd = nodeNext
  isFull = false
  root = emit(0)
  if (isFull) return false
  const end = nodeNext
  memory.copy(prims, built, end - prims)
  release(end)
  return true
}

/** Lower corner and index, upper corner. */
function boundTriangle(i: i32): void {
  const a = positions + <usize>vertexOf(i, 0) * 12, b = positions + <usize>vertexOf(i, 1) * 12
  const c = positions + <usize>vertexOf(i, 2) * 12, prim = prims + <usize>i * PRIM_SIZE
  for (let axis: usize = 0; axis < 12; axis += 4) {
    const x = load<f32>(a + axis), y = load<f32>(b + axis), z = load<f32>(c + axis)
    store<f32>(prim + axis, smaller(x, smaller(y, z)))
    store<f32>(prim + axis, larger(x, larger(y, z)), 16)
  }
  // As the bits of a normal float, for lanes full of denormals are slow to add.
  store<i32>(prim, i | INDEX_BITS, 12)
}

// @ts-ignore: decorator
@inline
function halfArea(x: f32, y: f32, z: f32): f32 { return x * y + y * z + z * x }

/** Triangles are tested four at a time. */
// @ts-ignore: decorator
@inline
function leafCost(count: i32): f32 { return <f32>((count + 3) >> 2) * COST_PACK }

// @ts-ignore: decorator
@inline
function growBox(box: usize, low: usize, high: usize): void {
  if (ASC_FEATURE_SIMD) {
    // The fourth lanes hold numbers that are no bounds; code that needs bounds there stores them afterwards.
    v128.store(box, f32x4.pmin(v128.load(box), v128.load(low)))
    v128.store(box, f32x4.pmax(v128.load(box, 16), v128.load(high)), 16)
    return
  }
  for (let axis: usize = 0; axis < 12; axis += 4) {
    store<f32>(box + axis, smaller(load<f32>(box + axis), load<f32>(low + axis)))
    store<f32>(box + axis, larger(load<f32>(box + axis, 16), load<f32>(high + axis)), 16)
  }
}

// @ts-ignore: decorator
@inline
function emptyBox(box: usize): void {
  for (let axis: usize = 0; axis < 12; axis += 4) {
    store<f32>(box + axis, Infinity)
    store<f32>(box + axis, -Infinity, 16)
  }
}

// @ts-ignore: decorator
@inline
function boxArea(box: usize): f32 {
  return halfArea(load<f32>(box, 16) - load<f32>(box), load<f32>(box, 20) - load<f32>(box, 4),
    load<f32>(box, 24) - load<f32>(box, 8))
}

// Bounds of the centres (doubled) of the range being split, and what maps a centre to a bin.
let c0x: f32 = 0, c0y: f32 = 0, c0z: f32 = 0, h0x: f32 = 0, h0y: f32 = 0, h0z: f32 = 0
let scaleX: f32 = 0, scaleY: f32 = 0, scaleZ: f32 = 0

// @ts-ignore: decorator
@inline
function binScale(extent: f32, count: i32): f32 {
  return extent > 1e-20 ? <f32>count * <f32>0.999 / extent : 0
}

/** Makes binary node `node` of the prims from `first`: low corner, left child or first, high corner, count. */
function split(node: i32, first: i32, count: i32, depth: i32): void {
  const at = binary + <usize>node * BINARY_SIZE
  const from = prims + <usize>first * PRIM_SIZE, to = from + <usize>count * PRIM_SIZE
  h0x = -Infinity
  h0y = -Infinity
  h0z = -Infinity
  c0x = Infinity
  c0y = Infinity
  c0z = Infinity
  emptyBox(at)
  if (ASC_FEATURE_SIMD) boundLanes(at, from, to)
  else for (let r = from; r < to; r += PRIM_SIZE) {
    growBox(at, r, r + 16)
    const x = load<f32>(r) + load<f32>(r, 16), y = load<f32>(r, 4) + load<f32>(r, 20), z = load<f32>(r, 8) + load<f32>(r, 24)
    c0x = smaller(c0x, x)
    c0y = smaller(c0y, y)
    c0z = smaller(c0z, z)
    h0x = larger(h0x, x)
    h0y = larger(h0y, y)
    h0z = larger(h0z, z)
  }
  store<u32>(at, first, 12)
  store<u32>(at, count, 28)
  if (count == 1) return
  const binCount = count < BINS_FEW_BELOW ? 8 : BINS
  scaleX = binScale(h0x - c0x, binCount)
  scaleY = binScale(h0y - c0y, binCount)
  scaleZ = binScale(h0z - c0z, binCount)
  let axis = -1
  if (depth < DEPTH_SAH_MAX) {
    fillBins(from, to, binCount)
    axis = bestSplit(binCount, count)
    const area = boxArea(at)
    if (count <= LEAF_TRIANGLES_MAX && (axis < 0 || leafCost(count) * area <= bestCost + COST_NODE * area)) return
  } else if (count <= LEAF_TRIANGLES_MAX) return
  let middle = first + (count >> 1)
  if (axis >= 0) {
    const found = partition(from, to, axis)
    if (found != from && found != to) middle = <i32>((found - prims) / PRIM_SIZE)
  }
  const left = binaryCount
  binaryCount += 2
  store<u32>(at, left, 12)
  store<u32>(at, 0, 28)
  split(left, first, middle - first, depth + 1)
  split(left + 1, middle, first + count - middle, depth + 1)
}

/** Bounds of a range and of its doubled centres, four lanes at a time. */
// @ts-ignore: decorator
@inline
function boundLanes(at: usize, from: usize, to: usize): void {
  let low = f32x4.splat(Infinity), high = f32x4.splat(-Infinity), first = low, last = high
  for (let r = from; r < to; r += PRIM_SIZE) {
    const a = v128.load(r), b = v128.load(r, 16), center = f32x4.add(a, b)
    low = f32x4.pmin(low, a)
    high = f32x4.pmax(high, b)
    first = f32x4.pmin(first, center)
    last = f32x4.pmax(last, center)
  }
  v128.store(at, low)
  v128.store(at, high, 16)
  c0x = f32x4.extract_lane(first, 0)
  c0y = f32x4.extract_lane(first, 1)
  c0z = f32x4.extract_lane(first, 2)
  h0x = f32x4.extract_lane(last, 0)
  h0y = f32x4.extract_lane(last, 1)
  h0z = f32x4.extract_lane(last, 2)
}

function fillBins(from: usize, to: usize, binCount: i32): void {
  for (let axis = 0; axis < 3; axis++) {
    let bin = bins + <usize>(axis * BINS) * BIN_SIZE
    for (let k = 0; k < binCount; k++) {
      emptyBox(bin)
      store<i32>(bin, 0, BIN_COUNT)
      bin += BIN_SIZE
    }
  }
  if (ASC_FEATURE_SIMD) {
    const start = f32x4(c0x, c0y, c0z, 0), scale = f32x4(scaleX, scaleY, scaleZ, 0)
    for (let r = from; r < to; r += PRIM_SIZE) {
      const center = f32x4.add(v128.load(r), v128.load(r, 16))
      const k = i32x4.trunc_sat_f32x4_s(f32x4.mul(f32x4.sub(center, start), scale))
      toBin(r, i32x4.extract_lane(k, 0))
      toBin(r, BINS + i32x4.extract_lane(k, 1))
      toBin(r, 2 * BINS + i32x4.extract_lane(k, 2))
    }
    return
  }
  for (let r = from; r < to; r += PRIM_SIZE) {
    toBin(r, <i32>((load<f32>(r) + load<f32>(r, 16) - c0x) * scaleX))
    toBin(r, BINS + <i32>((load<f32>(r, 4) + load<f32>(r, 20) - c0y) * scaleY))
    toBin(r, 2 * BINS + <i32>((load<f32>(r, 8) + load<f32>(r, 24) - c0z) * scaleZ))
  }
}

// @ts-ignore: decorator
@inline
function toBin(prim: usize, k: i32): void {
  const bin = bins + <usize>k * BIN_SIZE
  growBox(bin, prim, prim + 16)
  store<i32>(bin, load<i32>(bin, BIN_COUNT) + 1, BIN_COUNT)
}

let bestCost: f32 = 0
let bestBin: i32 = 0

/** The axis whose split costs least, or -1; its cost (times area) and last left bin in the globals. */
function bestSplit(binCount: i32, count: i32): i32 {
  let axis = -1
  bestCost = Infinity
  for (let a = 0; a < 3; a++) {
    const base = bins + <usize>(a * BINS) * BIN_SIZE
    let lx: f32 = Infinity, ly: f32 = Infinity, lz: f32 = Infinity
    let hx: f32 = -Infinity, hy: f32 = -Infinity, hz: f32 = -Infinity, n = 0
    for (let k = binCount - 1; k > 0; k--) {
      const bin = base + <usize>k * BIN_SIZE
      lx = smaller(lx, load<f32>(bin)); ly = smaller(ly, load<f32>(bin, 4)); lz = smaller(lz, load<f32>(bin, 8))
      hx = larger(hx, load<f32>(bin, 16)); hy = larger(hy, load<f32>(bin, 20)); hz = larger(hz, load<f32>(bin, 24))
      n += load<i32>(bin, BIN_COUNT)
      store<f32>(rightAreas + <usize>k * 4, n ? halfArea(hx - lx, hy - ly, hz - lz) * leafCost(n) : 0)
    }
    lx = Infinity; ly = Infinity; lz = Infinity
    hx = -Infinity; hy = -Infinity; hz = -Infinity
    n = 0
    for (let k = 0; k < binCount - 1; k++) {
      const bin = base + <usize>k * BIN_SIZE
      lx = smaller(lx, load<f32>(bin)); ly = smaller(ly, load<f32>(bin, 4)); lz = smaller(lz, load<f32>(bin, 8))
      hx = larger(hx, load<f32>(bin, 16)); hy = larger(hy, load<f32>(bin, 20)); hz = larger(hz, load<f32>(bin, 24))
      n += load<i32>(bin, BIN_COUNT)
      if (n == 0 || n == count) continue
      const cost = halfArea(hx - lx, hy - ly, hz - lz) * leafCost(n) + load<f32>(rightAreas + <usize>(k + 1) * 4)
      if (cost < bestCost) {
        bestCost = cost
        axis = a
        bestBin = k
      }
    }
  }
  return axis
}

/** Moves the prims whose bin on `axis` is at most `bestBin` to the front; returns where the others begin. */
function partition(from: usize, to: usize, axis: i32): usize {
  const offset = <usize>axis << 2
  const start = axis == 0 ? c0x : axis == 1 ? c0y : c0z, scale = axis == 0 ? scaleX : axis == 1 ? scaleY : scaleZ
  let i = from, j = to
  while (i < j) {
    if (<i32>((load<f32>(i + offset) + load<f32>(i + offset, 16) - start) * scale) <= bestBin) {
      i += PRIM_SIZE
      continue
    }
    j -= PRIM_SIZE
    for (let k: usize = 0; k < PRIM_SIZE; k += 8) {
      const x = load<u64>(i + k)
      store<u64>(i + k, load<u64>(j + k))
      store<u64>(j + k, x)
    }
  }
  return i
}

/** From a final address to where it is written meanwhile. */
let shift: usize = 0

/** Writes the binary node and all below it as wide nodes; returns its reference. */
function emit(node: i32): u32 {
  const source = binary + <usize>node * BINARY_SIZE
  if (load<u32>(source, 28)) return emitLeaf(load<i32>(source, 12), load<i32>(source, 28))
  if (nodeNext == nodeEnd) {
    // How many nodes are left of the binary ones is known when they are written: room for them comes in steps.
    isFull = isFull || reserve(<f64>NODE_STEP) == 0
    if (isFull) return 0
    nodeEnd += NODE_STEP
  }
  nodeCount++
  const at = nodeNext
  nodeNext += NODE_SIZE
  const left = load<i32>(source, 12)
  let s0 = left, s1 = left + 1, s2 = -1, s3 = -1, n = 2
  while (n < 4) {
    // Open the inner child of the largest surface.
    let widest = -1, most: f32 = -1
    for (let k = 0; k < n; k++) {
      const box = binary + <usize>(k == 0 ? s0 : k == 1 ? s1 : s2) * BINARY_SIZE
      if (load<u32>(box, 28)) continue
      const area = boxArea(box)
      if (area > most) {
        most = area
        widest = k
      }
    }
    if (widest < 0) break
    const child = load<i32>(binary + <usize>(widest == 0 ? s0 : widest == 1 ? s1 : s2) * BINARY_SIZE, 12)
    if (widest == 0) s0 = child
    else if (widest == 1) s1 = child
    else s2 = child
    if (n == 2) s2 = child + 1
    else s3 = child + 1
    n++
  }
  for (let k = 0; k < 4; k++) {
    const child = k == 0 ? s0 : k == 1 ? s1 : k == 2 ? s2 : s3, slot = at + shift + <usize>k * 4
    if (k < n) storeBox(slot, binary + <usize>child * BINARY_SIZE)
    else storeAbsent(slot)
  }
  for (let k = 0; k < n; k++) {
    const reference = emit(k == 0 ? s0 : k == 1 ? s1 : k == 2 ? s2 : s3)
    store<u32>(at + shift + <usize>k * 4, reference, N_CHILDREN)
  }
  return <u32>at
}

function storeBox(slot: usize, box: usize): void {
  let most: f32 = 0
  for (let axis: usize = 0; axis < 12; axis += 4) {
    most = larger(most, larger(abs(load<f32>(box + axis)), abs(load<f32>(box + axis, 16))))
  }
  const padding = most * PADDING
  for (let axis: usize = 0; axis < 12; axis += 4) {
    store<f32>(slot + (axis << 3), load<f32>(box + axis) - padding)
    store<f32>(slot + (axis << 3), load<f32>(box + axis, 16) + padding, 16)
  }
}

function storeAbsent(slot: usize): void {
  for (let axis: usize = 0; axis < 12; axis += 4) {
    store<f32>(slot + (axis << 3), EMPTY)
    store<f32>(slot + (axis << 3), -EMPTY, 16)
  }
  store<u32>(slot, 0, N_CHILDREN)
}

function emitLeaf(first: i32, count: i32): u32 {
  leafCount++
  const packs = (count + 3) >> 2, at = leafNext
  leafNext += PACK_SIZE * <usize>packs
  for (let k = 0; k < packs * 4; k++) {
    // A last pack that is not full repeats its last triangle: a tie that changes nothing.
    const triangle = load<i32>(prims + <usize>(first + min(k, count - 1)) * PRIM_SIZE, 12) & ~INDEX_BITS
    storeUnitMap(at + shift + PACK_SIZE * <usize>(k >> 2) + <usize>(k & 3) * 4, triangle)
  }
  return <u32>at | packs
}

/**
 * The rows that take a point to its u, v and distance: u = (p - a)·(b × n)/n², v = (p - a)·(n × a)/n²,
 * w = (p - a)·n, with edges a and b and n = a × b. A triangle without area has zeros and is never hit.
 */
function storeUnitMap(lane: usize, triangle: i32): void {
  const p = positions + <usize>vertexOf(triangle, 0) * 12, q = positions + <usize>vertexOf(triangle, 1) * 12
  const r = positions + <usize>vertexOf(triangle, 2) * 12
  const x = load<f32>(p), y = load<f32>(p, 4), z = load<f32>(p, 8)
  const ax = load<f32>(q) - x, ay = load<f32>(q, 4) - y, az = load<f32>(q, 8) - z
  const bx = load<f32>(r) - x, by = load<f32>(r, 4) - y, bz = load<f32>(r, 8) - z
  const nx = ay * bz - az * by, ny = az * bx - ax * bz, nz = ax * by - ay * bx
  const n2 = nx * nx + ny * ny + nz * nz, inverse: f32 = n2 > 0 ? 1 / n2 : 0
  const ux = (by * nz - bz * ny) * inverse, uy = (bz * nx - bx * nz) * inverse, uz = (bx * ny - by * nx) * inverse
  const vx = (ny * az - nz * ay) * inverse, vy = (nz * ax - nx * az) * inverse, vz = (nx * ay - ny * ax) * inverse
  store<f32>(lane, ux)
  store<f32>(lane, uy, 16)
  store<f32>(lane, uz, 32)
  store<f32>(lane, -(ux * x + uy * y + uz * z), 48)
  store<f32>(lane, vx, 64)
  store<f32>(lane, vy, 80)
  store<f32>(lane, vz, 96)
  store<f32>(lane, -(vx * x + vy * y + vz * z), 112)
  store<f32>(lane, nx, 128)
  store<f32>(lane, ny, 144)
  store<f32>(lane, nz, 160)
  store<f32>(lane, -(nx * x + ny * y + nz * z), 176)
  store<i32>(lane, triangle, P_INDEX)
}
