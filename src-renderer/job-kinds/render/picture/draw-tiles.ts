import type { TilePreview } from '#contract'

/** A picture that stands behind is this much out of focus, in parts of its longer side: noise goes, shapes stay. */
const BLUR = 1 / 96

/** Draws tiles where they belong; one that is no picture is left out. */
export async function drawTiles(target: HTMLCanvasElement, tiles: readonly TilePreview[]): Promise<void> {
  const context = target.getContext('2d')
  if (context === null) return
  for (const { tile, picture } of await decodeTiles(tiles)) {
    context.drawImage(picture, tile.x, tile.y, tile.width, tile.height)
    picture.close()
  }
}

/** Draws a picture of the whole behind the tiles that are there already, out of focus; nothing where it is no picture. */
export async function drawBehind(target: HTMLCanvasElement, jpeg: string): Promise<void> {
  const context = target.getContext('2d')
  if (context === null) return
  const [decoded] = await Promise.allSettled([createImageBitmap(jpegBlob(jpeg))])
  if (decoded.status !== 'fulfilled') return
  const picture = decoded.value
  const { width, height } = target
  context.save()
  context.globalCompositeOperation = 'destination-over'
  context.filter = `blur(${Math.max(width, height) * BLUR}px)`
  context.drawImage(picture, 0, 0, width, height)
  context.restore()
  picture.close()
}

/** The pictures of tiles; those that are none are left out. */
export async function decodeTiles(
  tiles: readonly TilePreview[],
): Promise<{ readonly tile: TilePreview; readonly picture: ImageBitmap }[]> {
  const pictures = await Promise.allSettled(tiles.map(({ jpeg }) => createImageBitmap(jpegBlob(jpeg))))
  return pictures.flatMap((picture, i) => {
    const tile = tiles[i]
    return picture.status === 'fulfilled' && tile !== undefined ? [{ tile, picture: picture.value }] : []
  })
}

/** A JPEG file from its base64. */
export function jpegBlob(base64: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'image/jpeg' })
}
