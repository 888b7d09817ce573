import type { TilePreview } from '#contract'

/** Draws tiles where they belong; one that is no picture is left out. */
export async function drawTiles(target: HTMLCanvasElement, tiles: readonly TilePreview[]): Promise<void> {
  const context = target.getContext('2d')
  if (context === null) return
  const pictures = await Promise.allSettled(tiles.map(({ jpeg }) => createImageBitmap(jpegBlob(jpeg))))
  for (const [i, picture] of pictures.entries()) {
    const tile = tiles[i]
    if (picture.status !== 'fulfilled' || tile === undefined) continue
    context.drawImage(picture.value, tile.x, tile.y, tile.width, tile.height)
    picture.value.close()
  }
}

function jpegBlob(base64: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: 'image/jpeg' })
}
