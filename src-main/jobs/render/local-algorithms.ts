/** The local task that splits a glTF file into what travels, and packs it for a preview. */
export const IMPORT = { id: 'render.import', version: '2.3.0' } as const
/** The local task that says what a scene is made of. */
export const INSPECT = { id: 'render.inspect', version: '1.0.0' } as const
/** The local task that makes a sample scene. */
export const SAMPLE = { id: 'render.sample', version: '1.0.0' } as const
/** The local task that takes a small picture of a packed scene, or of a job's. */
export const SCENE_PREVIEW = { id: 'render.preview', version: '2.3.0' } as const
/** The local task that meters the light of a packed scene, or of a job's. */
export const METER = { id: 'render.meter', version: '1.0.0' } as const
/** The local task that makes small pictures of tiles. */
export const PREVIEW_TILES = { id: 'render.preview-tiles', version: '1.0.0' } as const
/** The local task that makes a small picture of all tiles. */
export const THUMBNAIL = { id: 'render.thumbnail', version: '1.0.0' } as const
/** The local task that puts the tiles together and takes the noise out. */
export const CLEAN = { id: 'render.clean', version: '1.0.0' } as const
/** The local task that puts the tiles together. */
export const ASSEMBLE = { id: 'render.assemble', version: '2.0.0' } as const
