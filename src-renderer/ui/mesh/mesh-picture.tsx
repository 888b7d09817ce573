import { useElementSize } from '@mantine/hooks'
import { memo, useMemo, useState, type KeyboardEvent } from 'react'
import { layoutMesh, type MeshLayout, type MeshPlace } from './mesh-layout.ts'
import { fullWidth, initialOf, shortened, taperedLine } from './mesh-line.ts'
import { stableColor } from '../identity/stable-color.ts'
import classes from './mesh-picture.module.css'

/** A node around the middle. */
export interface MeshNode {
  /** Also decides the colour. */
  readonly key: string
  readonly name: string
  /** Shown in the line under the picture, and read out by a screen reader. */
  readonly description: string
  /** The weight of the line at the middle's end and at the other, 0 to 1. */
  readonly weightHere: number
  readonly weightThere: number
  readonly isPresent: boolean
  /** Which way something passes along the line at this moment. */
  readonly flow: 'none' | 'outwards' | 'inwards' | 'both'
}

/** How large a picture is, in pixels; as wide as its place once that was measured. */
const SIZES = {
  /** To look at, without anything to focus. */
  small: { width: 380, aspect: 0.6, heightMin: 150, namesUpTo: 0 },
  /** Every node can be focused. */
  large: { width: 960, aspect: 0.48, heightMin: 340, namesUpTo: 24 },
} as const

/** A name of so many letters is about as wide as its share of the picture when each has so many pixels. */
const NAME_LETTERS_MAX = 16
const PIXELS_PER_NAME = 42

/** Discs as large as these hold an initial. */
const INITIAL_FROM_RADIUS = 12
/** … and so large the one in the middle its word. */
const CENTRE_TEXT_FROM_RADIUS = 10
/** Of the dots that pass along a line. */
const FLOW_WIDTH_MAX = 4
/** Between a disc and the name under it. */
const NAME_BELOW = 14

/**
 * A mesh as a picture: one in the middle, the nodes around it from the inside out in the order given, lines as thick at
 * each end as that end weighs. `label` says all of it in a sentence.
 */
export function MeshPicture({
  nodes,
  centre,
  label,
  hint,
  size,
}: {
  readonly nodes: readonly MeshNode[]
  /** The word in the middle. */
  readonly centre: string
  readonly label: string
  /** Shown under the large picture while no node has the focus or the pointer. */
  readonly hint?: string
  readonly size: 'small' | 'large'
}) {
  const { ref, width, height, layout, full, areNamed } = useMeasuredMesh(nodes.length, size)
  const { current, moveFocus } = useRovingFocus(nodes.length)
  const [looked, setLooked] = useState<string>()
  const isLarge = size === 'large'
  const shown = nodes.find(({ key }) => key === looked)
  const placed = nodes.flatMap((node, index) => {
    const place = layout.places[index]
    return place === undefined ? [] : [{ node, place, index }]
  })
  return (
    <figure ref={ref} className={classes['figure']}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role={isLarge ? 'group' : 'img'}
        aria-label={label}
        className={classes['picture']}
        onKeyDown={isLarge ? moveFocus : undefined}
      >
        {placed.map(({ node, place }) => (
          <Line
            key={node.key}
            node={node}
            from={layout.centre}
            to={place}
            isLooked={looked === node.key}
            full={full}
          />
        ))}
        {placed.map(({ node, place, index }) => (
          <Disc
            key={node.key}
            node={node}
            place={place}
            radius={layout.radius}
            name={areNamed ? shortened(node.name, NAME_LETTERS_MAX) : undefined}
            tabIndex={isLarge ? (index === current ? 0 : -1) : undefined}
            onLook={isLarge ? setLooked : undefined}
          />
        ))}
        <Centre {...layout.centre} word={centre} />
      </svg>
      {isLarge && (
        <figcaption className={classes['caption']}>
          <span aria-hidden="true" dir="auto">
            {shown?.description ?? hint}
          </span>
        </figcaption>
      )}
    </figure>
  )
}

/** The drawing's size, as wide as its place, and where so many nodes are drawn in it. */
function useMeasuredMesh(count: number, size: keyof typeof SIZES) {
  const { namesUpTo, aspect, heightMin } = SIZES[size]
  const { ref, width: placeWidth } = useElementSize<HTMLElement>()
  const width = Math.round(placeWidth) || SIZES[size].width
  const height = Math.max(heightMin, Math.round(width * aspect))
  const layout = useMemo(() => layoutMesh(count, width, height), [count, width, height])
  return {
    ref,
    width,
    height,
    layout,
    // In a small picture of many, lines are thinner still.
    full: fullWidth(count) * Math.min(1, Math.max(0.5, layout.radius / INITIAL_FROM_RADIUS)),
    areNamed: count <= Math.min(namesUpTo, width / PIXELS_PER_NAME),
  }
}

/** One node is the tab stop; arrow keys, Home and End move it and the focus. */
function useRovingFocus(count: number) {
  const [at, setAt] = useState(0)
  const current = Math.min(at, count - 1)
  function moveFocus(event: KeyboardEvent<SVGElement>): void {
    const to = nextIndex(event.key, current, count)
    if (to === undefined) return
    event.preventDefault()
    setAt(to)
    event.currentTarget.querySelectorAll<SVGElement>('[data-node]')[to]?.focus()
  }
  return { current, moveFocus }
}

function Centre({ x, y, radius, word }: MeshLayout['centre'] & { readonly word: string }) {
  return (
    <g aria-hidden="true">
      <circle cx={x} cy={y} r={radius} className={classes['centre']} />
      <text x={x} y={y} className={classes['centre-text']} style={{ fontSize: Math.min(13, radius * 0.62) }}>
        {radius < CENTRE_TEXT_FROM_RADIUS ? '' : word}
      </text>
    </g>
  )
}

interface LineProps {
  readonly node: MeshNode
  readonly from: { readonly x: number; readonly y: number }
  readonly to: MeshPlace
  readonly isLooked: boolean
  /** Pixels of full weight. */
  readonly full: number
}

const Line = memo(function Line({ node, from, to, isLooked, full }: LineProps) {
  const isMutual = node.weightHere > 0 && node.weightThere > 0
  return (
    <g aria-hidden="true" data-looked={isLooked || undefined} className={classes['line']}>
      <path
        d={taperedLine({ ...from, weight: node.weightHere }, { ...to, weight: node.weightThere }, full)}
        data-mutual={isMutual || undefined}
        data-absent={!node.isPresent || undefined}
        data-flows={node.flow !== 'none' || undefined}
      />
      {node.flow !== 'none' && (
        <path
          d={`M${from.x} ${from.y}L${to.x} ${to.y}`}
          data-flow={node.flow}
          className={classes['flow']}
          style={{ strokeWidth: Math.min(FLOW_WIDTH_MAX, full * 0.7) }}
        />
      )}
    </g>
  )
}, areSame)

interface DiscProps {
  readonly node: MeshNode
  readonly place: MeshPlace
  readonly radius: number
  readonly name: string | undefined
  readonly tabIndex: number | undefined
  readonly onLook: ((key: string | undefined) => void) | undefined
}

const Disc = memo(function Disc({ node, place, radius, name, tabIndex, onLook }: DiscProps) {
  const color = stableColor(node.key)
  const isFocusable = tabIndex !== undefined
  return (
    <g
      data-node=""
      data-absent={!node.isPresent || undefined}
      className={classes['disc']}
      role={isFocusable ? 'img' : undefined}
      aria-label={isFocusable ? node.description : undefined}
      tabIndex={tabIndex}
      onFocus={() => onLook?.(node.key)}
      onBlur={() => onLook?.(undefined)}
      onMouseEnter={() => onLook?.(node.key)}
      onMouseLeave={() => onLook?.(undefined)}
    >
      <circle cx={place.x} cy={place.y} r={radius + Math.min(4, radius * 0.25)} className={classes['halo']} />
      <circle
        cx={place.x}
        cy={place.y}
        r={radius}
        className={classes['face']}
        style={{
          stroke: color,
          strokeWidth: Math.min(2, radius / 4),
          fill: `color-mix(in oklab, ${color} 18%, var(--surface-1))`,
        }}
      />
      {radius >= INITIAL_FROM_RADIUS && (
        <text x={place.x} y={place.y} className={classes['initial']} style={{ fontSize: radius * 0.85 }}>
          {initialOf(node.name)}
        </text>
      )}
      {name !== undefined && (
        <text x={place.x} y={place.y + radius + NAME_BELOW} className={classes['name']}>
          {name}
        </text>
      )}
    </g>
  )
}, areSame)

/** Whether a part would be drawn the same: nodes are made anew with every news, mostly with the same in them. */
function areSame<P extends { readonly node: MeshNode }>(before: P, after: P): boolean {
  const { node: nodeBefore, ...restBefore } = before
  const { node: nodeAfter, ...restAfter } = after
  return hasSame(nodeBefore, nodeAfter) && hasSame(restBefore, restAfter)
}

function hasSame(before: object, after: object): boolean {
  const values = new Map<string, unknown>(Object.entries(after))
  return Object.entries(before).every(([key, value]) => Object.is(value, values.get(key)))
}

/** Where an arrow key leads among so many; undefined for other keys. */
function nextIndex(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return (at + 1) % count
    case 'ArrowLeft':
    case 'ArrowUp':
      return (at - 1 + count) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
