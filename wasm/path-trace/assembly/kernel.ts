/**
 * The module's exports. One instance renders one scene: reserveScene, write the packed bytes there, build, then
 * openFrame, openTile and renderRow as often as wanted. `../kernel.ts` is the TypeScript side.
 */
import { reserve } from './arena'
import { openScene } from './scene'
import { prepareTriangles } from './triangle'
import { prepareTextures } from './texture'
import { prepareAlbedo } from './albedo'
import { prepareSheen } from './sheen'
import { prepareGlass } from './glass'
import { prepareTraversal, raysTraced } from './hit'
import { prepareSky } from './environment'
import { prepareLights } from './light'
import { buildTree, leafCount, nodeCount } from './bvh-build'
import { openCamera } from './camera'
import { PIXEL_SIZE, addSample, film, openFilm } from './film'
import { radianceB, radianceG, radianceR, tracePath } from './path'
import { FEATURE_PIXEL_SIZE, addFeatures, features, openFeatureFilm } from './features'

let scene: usize = 0
let imageWidth: i32 = 0
let bounces: i32 = 0
let clamp: f32 = 0
let tileX0: i32 = 0
let tileY0: i32 = 0
let tileX1: i32 = 0

/** Room for a packed scene; 0 when memory is out. */
export function reserveScene(bytes: f64): usize {
  scene = reserve(bytes)
  return scene
}

/**
 * Makes everything that rendering needs from the scene written there. False when memory is out. The tree comes before what
 * stays for each triangle, for it takes the most memory while it is built.
 */
export function build(): bool {
  openScene(scene)
  return prepareTextures() && prepareAlbedo() && prepareSheen() && prepareGlass() && prepareTraversal() && buildTree() && prepareTriangles() &&
    prepareSky() && prepareLights()
}

/** Fixes the image: size in pixels, bounces, and the most indirect light that one path may bring (0 for no limit). */
export function openFrame(width: i32, height: i32, maxBounces: i32, maxRadiance: f32): void {
  imageWidth = width
  bounces = maxBounces
  clamp = maxRadiance
  openCamera(width, height)
}

/** An empty film for the tile; its address, or 0 when memory is out. */
export function openTile(x0: i32, y0: i32, x1: i32, y1: i32): usize {
  tileX0 = x0
  tileY0 = y0
  tileX1 = x1
  return openFilm((x1 - x0) * (y1 - y0))
}

/** Adds samples s0 to s1 (excluded) of the tile's row y (in image coordinates) to the film. */
export function renderRow(y: i32, s0: u32, s1: u32): void {
  let pixel = film + <usize>((y - tileY0) * (tileX1 - tileX0)) * PIXEL_SIZE
  for (let x = tileX0; x < tileX1; x++) {
    for (let s = s0; s < s1; s++) {
      tracePath(<u32>(y * imageWidth + x), x, y, s, bounces, clamp)
      addSample(pixel, radianceR, radianceG, radianceB)
    }
    pixel += PIXEL_SIZE
  }
}

/** An empty film of features for the tile; its address, or 0 when memory is out. */
export function openFeatures(x0: i32, y0: i32, x1: i32, y1: i32): usize {
  tileX0 = x0
  tileY0 = y0
  tileX1 = x1
  return openFeatureFilm((x1 - x0) * (y1 - y0))
}

/** Adds the features of samples s0 to s1 (excluded) of the tile's row y to that film. */
export function featureRow(y: i32, s0: u32, s1: u32): void {
  let pixel = features + <usize>((y - tileY0) * (tileX1 - tileX0)) * FEATURE_PIXEL_SIZE
  for (let x = tileX0; x < tileX1; x++) {
    for (let s = s0; s < s1; s++) addFeatures(pixel, <u32>(y * imageWidth + x), x, y, s)
    pixel += FEATURE_PIXEL_SIZE
  }
}

/** Rays traced since the instance was made, eye, scattered and shadow together. */
export function rays(): f64 { return <f64>raysTraced }

/** Inner nodes and leaves of the tree. */
export function nodes(): i32 { return nodeCount }
export function leaves(): i32 { return leafCount }
