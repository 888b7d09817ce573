import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { decode } from 'fast-png'
import { beforeAll, describe, expect, it } from 'vitest'
import { TRAY_STATES, trayImageFile } from '../src-main/shell/tray/tray-state.ts'
import { APP_SIZES, makeIcons } from './make-icons.ts'

const FOLDER = join(import.meta.dirname, 'icons')

let made: Map<string, Uint8Array>

beforeAll(async () => {
  made = await makeIcons()
})

function pngSize(png: Uint8Array): [number, number] {
  const { width, height } = decode(png)
  return [width, height]
}

describe('the icons', () => {
  it('that are committed are those that the drawing makes, and no others', async () => {
    const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true })
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(FOLDER, join(entry.parentPath, entry.name)))
    expect(paths.sort()).toEqual([...made.keys()].sort())
    for (const [path, bytes] of made) {
      expect(Buffer.from(bytes).equals(await readFile(join(FOLDER, path))), path).toBe(true)
    }
  })

  it('have the sizes of their names', () => {
    for (const size of APP_SIZES) expect(pngSize(made.get(`${size}.png`)!)).toEqual([size, size])
    for (const state of TRAY_STATES) {
      for (const kind of ['', 'Template']) {
        expect(pngSize(made.get(`tray/${state}${kind}.png`)!)).toEqual([16, 16])
        expect(pngSize(made.get(`tray/${state}${kind}@2x.png`)!)).toEqual([32, 32])
      }
    }
  })

  it('are there for every state of the tray on every system, and no two states look alike', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      const images = TRAY_STATES.map((state) => made.get(`tray/${trayImageFile(state, platform)}`))
      expect(images).not.toContain(undefined)
      expect(new Set(images.map((bytes) => Buffer.from(bytes!).toString('base64'))).size).toBe(
        TRAY_STATES.length,
      )
    }
  })

  it('for macOS are black and see-through, since the menu bar has its own colour', () => {
    for (const state of TRAY_STATES) {
      const { data, channels } = decode(made.get(`tray/${state}Template@2x.png`)!)
      expect(channels).toBe(4)
      const opaque = Array.from({ length: data.length / 4 }, (_, i) => data.slice(i * 4, i * 4 + 4)).filter(
        ([, , , alpha]) => alpha! > 0,
      )
      expect(opaque.length).toBeGreaterThan(20)
      expect(opaque.every(([r, g, b]) => r === 0 && g === 0 && b === 0)).toBe(true)
      expect(data.length / 4).toBeGreaterThan(opaque.length)
    }
  })

  it('in a Windows file are as large as its directory says', () => {
    for (const path of [...made.keys()].filter((name) => name.endsWith('.ico'))) {
      const file = Buffer.from(made.get(path)!)
      expect([file.readUInt16LE(0), file.readUInt16LE(2)]).toEqual([0, 1])
      const count = file.readUInt16LE(4)
      expect(count).toBeGreaterThan(4)
      let end = 6 + 16 * count
      for (let i = 0; i < count; i++) {
        const [width = 0, height = 0] = file.subarray(6 + 16 * i)
        const length = file.readUInt32LE(6 + 16 * i + 8)
        const offset = file.readUInt32LE(6 + 16 * i + 12)
        expect(offset).toBe(end)
        expect(pngSize(file.subarray(offset, offset + length))).toEqual([width || 256, height || 256])
        end = offset + length
      }
      expect(end).toBe(file.byteLength)
    }
  })

  it('in an Apple file are all there, up to 1,024 pixels', () => {
    const file = Buffer.from(made.get('icon.icns')!)
    expect(file.subarray(0, 4).toString()).toBe('icns')
    expect(file.readUInt32BE(4)).toBe(file.byteLength)
    const sizes: Record<string, number> = {}
    for (let at = 8; at < file.byteLength; at += file.readUInt32BE(at + 4)) {
      const [width] = pngSize(file.subarray(at + 8, at + file.readUInt32BE(at + 4)))
      sizes[file.subarray(at, at + 4).toString()] = width
    }
    expect(sizes).toEqual({
      icp4: 16,
      icp5: 32,
      ic11: 32,
      ic12: 64,
      ic07: 128,
      ic08: 256,
      ic13: 256,
      ic09: 512,
      ic14: 512,
      ic10: 1024,
    })
  })
})
