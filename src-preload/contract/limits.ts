/**
 * Every bound of the contract, with its reason. A call that brings more is refused before it does anything.
 */

/** One piece of a blob on its way in or out: large enough that a local transfer is not bound by calls. */
export const CHUNK_BYTES_MAX = 4 << 20
/** One message on the API's socket: a chunk, or a call's JSON, and the envelope around it. */
export const API_MESSAGE_BYTES_MAX = CHUNK_BYTES_MAX + (64 << 10)
/** One upload. Larger scenes do not fit the renderer's memory anyway. */
export const UPLOAD_BYTES_MAX = 8 * 2 ** 30
/** Files of one scene: a glTF file, its buffers and its textures. */
export const SCENE_FILES_MAX = 1_024
/** A file's name within its scene, folders included: no system opens a longer path. In UTF-16 units. */
export const SCENE_FILE_NAME_LENGTH_MAX = 4_096
/** Files that a module's job reads, a unit for each: uploads that are remembered at once, and some to spare. */
export const MODULE_FILES_MAX = 2_000
/** An invite is valid for at most a week: an older one is probably forgotten, and still a secret. */
export const INVITE_MINUTES_MAX = 7 * 24 * 60
/** A code is about 300 characters; with sixteen addresses it may be ten times as long. */
export const INVITE_CODE_LENGTH_MAX = 8_000
/** Text that a person writes about a job. */
export const DESCRIPTION_LENGTH_MAX = 500
/** A peer's or a person's name. */
export const NAME_LENGTH_MAX = 100
/** Addresses to join the network through: one peer is enough, and some may be away. */
export const JOIN_THROUGH_MAX = 16
/** One such address; the longest that make sense name a host, a relay and two keys. */
export const JOIN_ADDRESS_LENGTH_MAX = 300
/** Watched values arrive at most this often: it costs little and still looks live. */
export const WATCH_EVERY_MS = 100
/** Frames that are submitted together: forty seconds of film. */
export const FRAMES_MAX = 1_000
/** The last frame of an animation: over an hour at the highest rate. */
export const FRAME_MAX = 1_000_000
/** A preview is for a look and takes about a second. */
export const PREVIEW_SIDE_MAX = 640
/** A picture in progress, as large as a window shows it. */
export const PICTURE_SIDE_MAX = 1_600
/** PCs that are named of those that lend a render too little memory. */
export const SMALLER_PEERS_MAX = 8
/** Tiles at work that are told of one picture: more outlines would hide it. */
export const TILES_AT_WORK_MAX = 64
/** Ended jobs that are shown without being asked for: all frames of an animation are among them. Older ones come by pages. */
export const JOBS_SHOWN = 1_000
/** Jobs in one answer. */
export const JOBS_PAGE_MAX = 1_000
/** Units in one message; the others follow in the next. */
export const UNIT_NEWS_MAX = 2_000
