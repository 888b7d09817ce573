import type { Document, Node } from '@gltf-transform/core'
import { IDENTITY, type Matrix4, multiply } from '../matrix.ts'

/** A node of the scene to render, and where its own space lies in the world. */
export interface PlacedNode {
  readonly node: Node
  readonly world: Matrix4
}

/** The scene's nodes, parents before children, and the world matrix of every node in the file (for joints). */
export interface PlacedNodes {
  readonly nodes: readonly PlacedNode[]
  readonly worldOf: ReadonlyMap<Node, Matrix4>
}

/**
 * Lays out the file's default scene, else its first, else every node. The nodes must form trees, as
 * `checkGltf` made sure.
 */
export function placeNodes(document: Document): PlacedNodes {
  const root = document.getRoot()
  const worldOf = new Map<Node, Matrix4>()
  const roots = root.listNodes().filter((node) => node.getParentNode() === null)
  const everything = walk(roots, worldOf)
  const scene = root.getDefaultScene() ?? root.listScenes()[0]
  return { nodes: scene === undefined ? everything : walk(scene.listChildren(), worldOf), worldOf }
}

function walk(roots: readonly Node[], worldOf: Map<Node, Matrix4>): PlacedNode[] {
  const placed: PlacedNode[] = []
  const stack = roots.map((node) => ({ node, above: IDENTITY })).reverse()
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const world = multiply(next.above, next.node.getMatrix())
    worldOf.set(next.node, world)
    placed.push({ node: next.node, world })
    for (const child of next.node.listChildren().reverse()) stack.push({ node: child, above: world })
  }
  return placed
}
