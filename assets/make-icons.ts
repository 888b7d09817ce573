/**
 * Makes every icon from `icon.svg`: `node assets/make-icons.ts` writes them beside it. The program's icon in all sizes and
 * containers (PNG, ICO, ICNS), and the tray's icon for each state: on a ground of its own for Linux and Windows, so
 * that it reads on light and dark panels alike, and as a black template for macOS, which colours it itself.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import { icnsFile, icoFile } from './icon-containers.ts'

/** Sizes of the program's icon, as desktops ask for them. */
export const APP_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const
/** Sizes that Windows shows. */
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256] as const
/** Sizes in Apple's containers, with both densities of each. */
const ICNS_SIZES = [16, 32, 64, 128, 256, 512, 1024] as const
/** The tray's icon in points, at one and two pixels each. */
const TRAY_POINTS = 16
/** Windows scales its tray by halves. */
const TRAY_ICO_SIZES = [16, 20, 24, 32, 48] as const

const TEAL = '#0f766e'
const SLATE = '#64748b'
const AMBER = '#b45309'

/** One state's icon. */
interface TrayDrawing {
  readonly ground: string
  /** The drawing on the ground. */
  readonly parts: string
  /** The same for macOS, where there is no ground and black is whatever the menu bar's colour is. */
  readonly template: string
}

/** One part of the drawing, by its name there. */
const part = (name: string, attributes: string) => `<use href="#tray-${name}" ${attributes}/>`
/** The light that is on while something runs, in the corner. */
const badge = (radius: number, fill: string) =>
  part('badge', `transform="translate(25 25) scale(${radius})" fill="${fill}"`)
const white = 'color="#fff"'
const black = 'color="#000"'

const DRAWINGS: Readonly<Record<string, TrayDrawing>> = {
  sharing: { ground: TEAL, parts: part('mesh', white), template: part('mesh', black) },
  working: {
    ground: TEAL,
    parts: part('mesh', white) + badge(8, TEAL) + badge(5.5, '#5eead4'),
    template: `<g mask="url(#without-badge)">${part('mesh', black)}</g>${badge(5, '#000')}`,
  },
  paused: { ground: SLATE, parts: part('pause', white), template: part('pause', black) },
  offline: {
    ground: SLATE,
    parts:
      part('mesh', `${white} opacity="0.65"`) +
      part('slash', `color="${SLATE}" stroke-width="8"`) +
      part('slash', `${white} stroke-width="3.4"`),
    template: `<g mask="url(#without-slash)">${part('mesh', black)}</g>${part('slash', `${black} stroke-width="3"`)}`,
  },
  problem: { ground: AMBER, parts: part('alert', white), template: part('alert', black) },
}

/** Below this many pixels the program's icon is drawn as plainly as the tray's. */
const PLAIN_BELOW = 48
const PLAIN: TrayDrawing = {
  ground: 'url(#ground-fill)',
  parts: part('mesh', white),
  template: '',
}

/** The margin around a drawing that is cut out of a template. */
const MASKS = [
  ['without-badge', badge(7.5, '#000')],
  ['without-slash', part('slash', `${black} stroke-width="7"`)],
]
  .map(([id, cut]) => `<mask id="${id ?? ''}"><rect width="32" height="32" fill="#fff"/>${cut ?? ''}</mask>`)
  .join('')

/** Every icon's bytes, by its path below `assets/icons`. */
export async function makeIcons(): Promise<Map<string, Uint8Array>> {
  const source = await readFile(join(import.meta.dirname, 'icon.svg'), 'utf8')
  const parts = /<defs>[\s\S]*<\/defs>/.exec(source)?.[0]
  if (parts === undefined) throw new Error('icon.svg has no parts')
  const files = new Map<string, Uint8Array>()
  const app = new Map(
    APP_SIZES.map((size) => [
      size as number,
      draw(size < PLAIN_BELOW ? onGround(parts, PLAIN) : source, size),
    ]),
  )
  for (const [size, png] of app) files.set(`${size}.png`, png)
  files.set('icon.ico', icoFile(pick(app, ICO_SIZES)))
  files.set('icon.icns', icnsFile(pick(app, ICNS_SIZES)))
  for (const [state, drawing] of Object.entries(DRAWINGS)) {
    const own = onGround(parts, drawing)
    const template = asTemplate(parts, drawing)
    files.set(`tray/${state}.png`, draw(own, TRAY_POINTS))
    files.set(`tray/${state}@2x.png`, draw(own, TRAY_POINTS * 2))
    files.set(`tray/${state}.ico`, icoFile(TRAY_ICO_SIZES.map((size) => ({ size, png: draw(own, size) }))))
    files.set(`tray/${state}Template.png`, draw(template, TRAY_POINTS))
    files.set(`tray/${state}Template@2x.png`, draw(template, TRAY_POINTS * 2))
  }
  return files
}

function onGround(parts: string, { ground, parts: drawn }: TrayDrawing): string {
  return tray(parts, part('ground', `fill="${ground}"`) + drawn)
}

function asTemplate(parts: string, { template }: TrayDrawing): string {
  return tray(parts, MASKS + template)
}

function tray(parts: string, drawn: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${parts}${drawn}</svg>`
}

function draw(svg: string, size: number): Uint8Array {
  const image = new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render()
  return new Uint8Array(image.asPng())
}

function pick(pngs: ReadonlyMap<number, Uint8Array>, sizes: readonly number[]) {
  return sizes.map((size) => {
    const png = pngs.get(size)
    if (png === undefined) throw new Error(`there is no icon of ${size} pixels`)
    return { size, png }
  })
}

if (import.meta.main) {
  const folder = join(import.meta.dirname, 'icons')
  await rm(folder, { recursive: true, force: true })
  for (const [path, bytes] of await makeIcons()) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
}
