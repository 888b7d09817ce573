import { IconMovie, IconPhoto } from '@tabler/icons-react'
import { REFERENCE_PATHS_PER_SECOND } from '#contract'
import type { JobKind } from '../job-kind.ts'
import { RenderThumbnail } from './thumbnails/render-thumbnail.tsx'
import { ThumbnailsProvider } from './thumbnails/thumbnails.tsx'
import { lazyPart } from '../../ui/lazy-part.ts'

const loadZone = async () => (await import('./scene/scene-drop.tsx')).SceneDropZone
const loadFirst = async () => (await import('./start/first-render.tsx')).FirstRender

/** Renders: a picture of a scene, or one frame of an animation. */
export const renderKind: JobKind<'render'> = {
  algorithms: ['render.path-trace'],
  Icon: IconPhoto,
  SeriesIcon: IconMovie,
  words: ({ jobKinds }) => jobKinds.render,
  form: {
    words: ({ jobKinds }) => jobKinds.render,
    NewJob: lazyPart(async () => (await import('./form/new-render.tsx')).NewRender),
    EmptyBoard: lazyPart(loadFirst),
  },
  speed: {
    millionsPerSecond: (score) => (score * REFERENCE_PATHS_PER_SECOND) / 1e6,
    words: ({ jobKinds }) => jobKinds.render.speed,
  },
  Provider: ThumbnailsProvider,
  Zone: lazyPart(loadZone),
  preload: () => Promise.all([loadZone(), loadFirst()]),
  Thumbnail: RenderThumbnail,
  keepWords: ({ jobKinds }) => jobKinds.render.keep,
  Again: lazyPart(async () => (await import('./again/render-again.tsx')).RenderAgain),
  // A picture's instructions tell its user nothing.
  showsFuel: false,
  rowFact: ({ width, height }, { jobKinds }) => jobKinds.render.pictureSize(`${width}`, `${height}`),
  figures: ({ width, height, spp, frame }, { jobKinds: { render: text } }, format) => [
    {
      name: text.figures.picture,
      value: text.pictureSize(`${width}`, `${height}`),
      note: text.samples(format.number(spp)),
    },
    ...(frame === undefined ? [] : [{ name: text.figures.frame, value: format.number(frame) }]),
  ],
  View: lazyPart(async () => (await import('./render-view.tsx')).RenderView),
}
