import type { ImageLikeness } from '../../../protocol/comparator.ts'
import type { PairRule } from './pairs.ts'
import { exposedAlike, filmShape, readFilm, type FilmLight, type FilmSize } from './picture/film-picture.ts'
import type { Picture } from './picture/picture.ts'
import { pngPictures, pngShape, readPng, type PngPixels } from './picture/png-picture.ts'
import { similarityOf } from './picture/similarity.ts'

/** Compares films of a size as pictures of one exposure. */
export function filmRule(likeness: ImageLikeness, size: FilmSize): PairRule<FilmLight> {
  return {
    shape: (output) => filmShape(output, size),
    read: (output) => readFilm(output, size),
    alike: (one, other) => isSimilar(exposedAlike(one, other), likeness),
  }
}

/** Compares PNG files by what they show, at 8 bits a channel. */
export function pngRule(likeness: ImageLikeness, memoryBytesMax: number): PairRule<PngPixels> {
  return {
    shape: (output) => pngShape(output, memoryBytesMax),
    read: readPng,
    alike: (one, other) => isSimilar(pngPictures(one, other), likeness),
  }
}

function isSimilar(
  [one, other]: readonly [Picture, Picture],
  { rmse_max, ssim_min }: ImageLikeness,
): boolean {
  const { rmse, ssim } = similarityOf(one, other)
  return rmse <= rmse_max && ssim >= ssim_min
}
