import type { Fault } from '#contract'
import { plural } from '../../plural.ts'
import { frames, pcs } from '../counted.ts'

/** The text of renders, in English. */
export const render = {
  work: 'Render pictures',
  here: 'Rendering',
  hereFor: (who: string) => `Rendering for ${who}`,
  /** How long a job took, in a sentence without its full stop. */
  took: (count: number, written: string, duration: string) =>
    count === 1 ? `Your picture took ${duration}` : `Your ${frames(count, written)} took ${duration}`,
  /** Jobs that this PC helped somebody with: "helped Ada with …". */
  helpedWith: (count: number, written: string) =>
    `${written} ${plural('en', count, { one: 'picture', other: 'pictures' })}`,
  start: 'Render a scene',
  newJob: 'New render',
  /** A notice of the desktop, in place of the one for all jobs. */
  ready: 'Your picture is ready',
  invite: 'Drop a scene here and get a picture',
  emptyText:
    'Drop a .glb or .gltf scene anywhere on this window, and your PC and your people’s PCs render it together.',
  chooseScene: 'Choose a scene',
  sampleScenes: {
    title: 'No scene at hand? Try one of ours.',
    tryIt: {
      bunny: 'Try it with the bunny',
      knot: 'Try it with the knot',
      lamp: 'Try it with the lamp',
    },
    shows: {
      bunny: 'Porcelain in soft light',
      knot: 'Gold and glass in a bright room',
      lamp: 'A still life by lamplight',
    },
    making: 'Making the scene',
  },
  pictureSize: (width: string, height: string) => `${width} × ${height}`,
  samples: (written: string) => `${written} samples a pixel`,

  // Dropping files.
  dropHere: 'Drop it anywhere',
  dropHint: 'A .glb or .gltf scene, its textures, a .hdr sky, or the folder they are in',
  dropNothing: 'Nothing in there can be used as a scene or as a part of one.',
  dropTooMany: (max: string) =>
    `That folder has more than ${max} files. Drop the scene and its textures only.`,
  dropped: {
    label: 'Dropped files',
    more: (count: number, written: string) =>
      `${written} more ${plural('en', count, { one: 'file', other: 'files' })}`,
    fates: {
      scene: 'The scene that is rendered.',
      'other-scene': 'Another scene. Choose above which one is rendered.',
      part: 'Used by the scene.',
      light: 'Lights the scene, from all around.',
      'other-light': 'Not used: another .hdr lights the scene.',
      waits: 'Waits for its scene. Drop the .glb or .gltf file too.',
      picture: 'Not used: no texture of this scene has this name.',
      'picture-of-self-contained': 'Not used: this scene has its textures inside.',
      blend:
        'Blender files cannot be read yet. In Blender, choose File › Export › glTF 2.0 (.glb), and drop the new file here.',
      'other-program': 'Cannot be read. Export it as glTF (.glb) from the program that made it.',
      exr: 'Not used: a sky has to be a .hdr file. Save this one as Radiance HDR.',
      archive: 'Unpack it first, then drop what was in it.',
      unused: 'Not used: it is no part of a scene.',
    },
    withoutLight: 'Leave out',
    withoutLightOf: (name: string) => `Leave out ${name}`,
  },
  cannotRender: (why: string) => `This can’t be rendered: ${why}`,

  // A new render.
  newTitle: 'What do you want to render?',
  newTitleOf: (name: string) => `Render ${name}`,
  chooseFiles: 'Choose files',
  chooseFolder: 'Choose a folder',
  otherScene: 'Another scene',
  whichScene: 'Which of the scenes?',
  reading: 'Reading the scene',
  refusals: {
    empty: 'This file is empty.',
    'cut-short': 'This file is cut short. Copy or export it again.',
    'other-version': 'This is a glTF of another version than 2.0. Export it as glTF 2.0.',
    'no-description': 'This .glb has no description of a scene in it. Export it again.',
    'too-large': 'The description of this scene is too large to be read.',
    'not-json': 'This is neither a .glb nor a .gltf file, whatever its name says.',
    'not-gltf': 'This file is no glTF scene.',
    'too-many-files': 'This scene refers to more files than one scene can have.',
    unreadable: 'This file cannot be read. It may have been moved since you dropped it.',
  },
  counts: {
    meshes: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'mesh', other: 'meshes' })}`,
    triangles: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'triangle', other: 'triangles' })}`,
    materials: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'material', other: 'materials' })}`,
    textures: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'texture', other: 'textures' })}`,
    animation: (seconds: string) => `${seconds} s of animation`,
    noAnimation: 'stands still',
  },
  missingTextures: (count: number, written: string) =>
    plural('en', count, {
      one: 'A texture is missing. The picture will be without it.',
      other: `${written} textures are missing. The picture will be without them.`,
    }),
  missingBuffers: (count: number, written: string) =>
    plural('en', count, {
      one: 'A file is missing, and the scene can’t be rendered without it.',
      other: `${written} files are missing, and the scene can’t be rendered without them.`,
    }),
  missingHint: 'Drop them here, or the folder they are in.',
  andMore: (written: string) => `and ${written} more`,
  warnings: (count: number, written: string) =>
    plural('en', count, {
      one: 'One thing in this scene is ignored',
      other: `${written} things in this scene are ignored`,
    }),
  uploading: (sent: string, all: string) => `Copying the scene: ${sent} of ${all}`,
  uploadCancelled: 'The scene was not copied.',
  uploadAgain: 'Copy it',
  cancelUpload: 'Stop',
  previewing: 'Making a preview',
  previewOf: (name: string) => `Preview of ${name}`,
  previewTook: (duration: string) => `Preview, made here in ${duration}.`,
  previewRefined: (samples: string) => `Preview of ${samples} samples a pixel, cleaned of noise.`,
  previewRefining: 'A better one is on its way.',
  previewExposure: (stops: string) => `Exposure ${stops} EV, as in the picture.`,
  previewFailed: 'No preview of this scene',

  // A scene without light, beside it and at its picture.
  light: {
    studio: {
      title: 'This scene has no lights.',
      scene:
        'It gets soft studio light. Choose another under Light, drop a .hdr sky here, or add lights in your 3D program and export the scene again.',
      picture: 'It got soft studio light. For other light, render it again and choose one under Light.',
    },
    nothing: {
      title: 'Hardly any light reaches what the camera sees.',
      scene:
        'The picture would be black. Choose another light, drop a .hdr sky here, or add lights in your 3D program and export the scene again.',
      picture: 'That is why the picture is black. Render it again and choose one under Light.',
    },
  },

  lightField: {
    label: 'Light',
    names: {
      auto: 'Scene',
      own: 'Lamps only',
      studio: 'Studio',
      'soft-boxes': 'Soft boxes',
      'window-room': 'Windows',
      overcast: 'Clouds',
      sky: 'Sky',
      picture: 'Your .hdr',
    },
    notes: {
      auto: 'As the file has it. A file without lights gets soft studio light.',
      own: 'The lamps of the file alone, with darkness around them.',
      studio: 'Soft, even light. Goes with anything.',
      'soft-boxes': 'A dark studio with three lamps. For things that shine.',
      'window-room': 'A warm room with two windows on the left.',
      overcast: 'A garden on a cloudy day: hardly any shadows.',
      sky: 'Sun and sky on a clear day. North is where the scene’s −z points.',
      picture: 'The light of the .hdr picture that you dropped.',
    },
    turn: 'Turn',
    strength: 'Strength',
    sunElevation: 'Sun’s height',
    sunDirection: 'Sun’s direction',
    haze: 'Air',
    air: { clear: 'very clear', fine: 'clear', hazy: 'hazy', thick: 'very hazy' },
    byTime: 'Put the sun by time and place',
    when: 'Day and time',
    latitude: 'Latitude',
    longitude: 'Longitude',
    northIsPositive: 'Degrees; south of the equator they are negative',
    eastIsPositive: 'Degrees; west of Greenwich they are negative',
    isNight: 'The sun is below the horizon then',
  },

  size: 'Size',
  width: 'Width in pixels',
  height: 'Height in pixels',
  presets: { hd: '720p', 'full-hd': '1080p', '4k': '4K', square: 'Square' },
  presetsLabel: 'Usual sizes',
  camera: 'Camera',
  cameraDefault: 'The scene’s own',
  cameraNumbered: (number: string) => `Camera ${number}`,
  cameraNone: 'The scene has no camera, so all of it is shown.',
  view: {
    label: 'View of the scene',
    keys: 'Drag to turn the view, or press the arrow keys; with Shift they move it. Plus and minus, or the wheel, come closer and go farther.',
    hint: 'Drag it to look from elsewhere.',
    own: 'As you turned it',
    reset: 'Back to the camera',
  },
  quality: 'Quality',
  qualities: { draft: 'Draft', good: 'Good', fine: 'Fine', custom: 'Custom' },
  spp: 'Samples a pixel',
  sppShown: (written: string) => `${written} samples a pixel. Twice as many take twice as long.`,
  clean: 'Take the noise out',
  cleanNote: 'This PC cleans the finished picture. It is kept as rendered, too.',
  cleanStrength: 'Strength',
  framesLabel: 'Frames',
  framesHint: 'Empty for a still. Frames and ranges, such as 3, 5-10.',
  framesCount: (count: number, written: string) => `${frames(count, written)}, a picture each`,
  framesAll: 'All frames',
  fps: 'Per second',
  checks: 'Check each tile by',
  checksNote: {
    one: 'Each tile is rendered once and not checked. Only with people you know well.',
    two: 'Each tile is rendered by two PCs, which must agree to the last bit.',
    three: 'Each tile is rendered by three PCs. Safest, and the slowest.',
  },
  encrypt: 'Encrypt scene and picture',
  encryptNote: 'Only the PCs that render it can read them. Others who store or pass on the data can’t.',
  problems: {
    'out-of-range': (min: string, max: string) => `Between ${min} and ${max}`,
    'in-the-past': 'This time has passed',
    'does-not-move': 'This scene has no animation: leave this empty',
    'not-a-frame': (part: string) => `“${part}” is no frame. Write for example 3, 5-10`,
    backwards: (part: string) => `“${part}” runs backwards`,
    'too-high': (max: string) => `The last frame there can be is ${max}`,
    'too-many': (max: string) => `More than ${max} frames. Render them in parts`,
  },
  estimate: {
    working: 'Estimating',
    done: (time: string, peers: number, written: string) => `Done about ${time} (${pcs(peers, written)})`,
    range: (low: string, high: string) => `Between ${low} and ${high}`,
    cores: (count: number, written: string) =>
      `${written} ${plural('en', count, { one: 'core', other: 'cores' })}`,
    work: (duration: string) => `${duration} of work for one core`,
    nobody: 'Nobody can render this right now',
    nobodyHint: 'You can send it anyway: it starts as soon as this PC or one of your people shares.',
    tooFew: (peers: number, written: string, checks: string) =>
      `Each tile needs ${checks} PCs; ${plural('en', peers, { one: `only ${written} is`, other: `only ${written} are` })} available. It would wait for more.`,
    fewer: (peers: number, written: string) => `Check with ${pcs(peers, written)}`,
    late: (duration: string) => `About ${duration} late: ask more people or lower the quality.`,
    unknown: 'No estimate yet: it comes with the preview.',
    stale: 'Right now we can’t tell when it would be done.',
    busy: (percent: string) => `Other programs keep this PC ${percent} busy`,
    waits: 'Too few PCs are available right now',
    lends: (name: string, memory: string) => `${name} lends ${memory} GB`,
    tooSmall: (needed: string, who: string) =>
      `Each tile needs ${needed} GB of memory: ${who}, too little to help.`,
    fewMemory: 'Nobody who is here lends enough memory',
    fewMemoryHint: (needed: string, who: string) =>
      `Each tile needs ${needed} GB: ${who}. You can send it anyway: it starts as soon as somebody lends so much.`,
    tooLarge: 'This scene needs more memory than anybody lends',
    tooLargeHint: (needed: string, who: string) =>
      `Each tile needs ${needed} GB: ${who}. Lend more memory, or make the scene smaller.`,
    measuring: 'This PC is finding out how fast it is',
    measuringHint: 'You can send it anyway: it starts as soon as that is known.',
  },
  render: 'Render it',
  sceneGone: 'This PC had cleared the scene away and is copying it again. Try again in a moment.',
  again: {
    continue: 'Continue',
    continued: 'Continues from what was finished.',
    again: 'Render again',
    same: 'With the same settings',
    sameSeries: 'All frames, with the same settings',
    changed: 'Change settings first',
    submitted: 'On its way again.',
    sceneGone: 'The scene is no longer on this PC. Choose “Change settings first” and drop its file again.',
    reading: 'Looking for the scene',
    sceneNotHere: (name: string) =>
      `The scene ${name} is no longer on this PC. Drop it here again: the settings are kept.`,
  },
  /** Of a picture that ended with a part of its tiles. */
  part: (percent: string) =>
    `This picture stopped at ${percent}. Squares show where nothing was finished; the rest has the quality reached by then.`,
  noPart: 'No tile of this picture was finished.',
  keep: 'Stop now and keep this',
  livePicture: (name: string, percent: string) => `${name} in progress, ${percent} done`,
  waitingForTiles: 'The first tiles are on their way',

  // The finished picture.
  viewer: {
    label: (name: string) => `${name}, finished`,
    keys: 'Plus and minus zoom, the arrow keys move the picture, 0 fits it, 1 shows it at full size.',
    loading: (sent: string, all: string) => `Getting the picture: ${sent} of ${all}`,
    assembling: 'Putting the picture together',
    fit: 'Fit',
    full: '100 %',
    zoomIn: 'Closer',
    zoomOut: 'Farther',
    adjust: 'Light and tone',
    exposure: 'Exposure',
    exposureValue: (stops: string) => `${stops} EV`,
    exposureParts: (metered: string, added: string) => `${metered} automatic, ${added} by you`,
    toneMapping: 'Tone mapping',
    toneMappings: { neutral: 'Neutral', none: 'None', reinhard: 'Reinhard', aces: 'Filmic' },
    toneMappingNotes: {
      neutral: 'As delivered: colours stay true to the materials, highlights are soft.',
      none: 'Light as it is. Anything brighter than white is cut off.',
      reinhard: 'Bright parts are softened, colours keep their hue.',
      aces: 'The contrast of cinema film (ACES).',
    },
    reset: 'As delivered',
    compare: 'Compare',
    compareLabel: 'Left of this line as delivered, right of it as adjusted',
    before: 'As delivered',
    after: 'Adjusted',
    compareNoise: 'Compare with as rendered',
    compareNoiseLabel: 'Left of this line as rendered, right of it cleaned of noise',
    rendered: 'As rendered',
    cleaned: 'Cleaned',
    cleaning: {
      working: (percent: string) => `Cleaning the picture, ${percent} done`,
      done: 'Cleaned of noise. Compare shows it as rendered.',
      stop: 'Leave it as rendered',
      'few-samples': 'This picture has too few samples to be cleaned of noise. It is shown as rendered.',
      stopped: 'Shown as rendered, with its noise.',
      failed: 'The picture could not be cleaned of noise. It is shown as rendered.',
      clean: 'Clean it',
    },
    loadingLight: 'Loading the picture’s light',
    tooLarge: 'This picture is too large to be adjusted here. Save it as EXR and adjust it elsewhere.',
    unreadable: 'The picture’s light couldn’t be read.',
    save: 'Save',
    saveAdjusted: 'PNG, as adjusted',
    saveDelivered: 'PNG, as delivered',
    saveRendered: 'PNG, as rendered',
    saveRenderedExr: 'EXR, as rendered',
    saveExr: 'EXR, with all of its light',
    saveExrHint: '32-bit floats, for further work',
    saveFrames: 'All frames, as PNG in a ZIP file',
    savingFrames: (done: string, all: string) => `Packing frame ${done} of ${all}`,
    slow: 'This browser has no WebGL 2: changes take a moment.',
  },
  series: {
    label: 'Frames',
    frame: (frame: string) => `Frame ${frame}`,
    all: (done: number, writtenDone: string, count: string) =>
      `${writtenDone} of ${count} frames ${plural('en', done, { one: 'is', other: 'are' })} finished`,
  },

  figures: { picture: 'Picture', frame: 'Frame' },
  faults: {
    'blob-missing': 'That PC did not get the scene.',
    'blob-corrupt': 'The scene was damaged on its way there.',
    'not-opened': 'The scene did not open there with the job’s key.',
  } as Partial<Record<Fault['kind'], string>>,
  waiting: {
    'more-verifiers': {
      why: 'One more PC is needed to check the tiles that are left: the PCs that are here have rendered them already.',
      todo: 'It continues by itself when one more shares.',
    },
  },
  needsPcs: (pcs: string, here: number, written: string) =>
    `Each tile needs ${pcs}; ${plural('en', here, { one: `only ${written} is`, other: `only ${written} are` })} available.`,
  lateTodo: 'Ask more people to share, or render it again at a lower quality.',
  refusedHint: 'Results that didn’t match the others’. None of them is in the picture.',
  speed: {
    unable: 'This PC could not be measured for rendering, so it renders nothing for others.',
    paths: (millions: string, cores: number) =>
      `About ${millions} million light paths a second with the ${cores} ${plural('en', cores, { one: 'core', other: 'cores' })} that it shares`,
  },
}
