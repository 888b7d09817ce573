import type { JobSummary } from '#contract'
import {
  type Adjustment,
  AS_DELIVERED,
  isAsDelivered,
  STOPS_ADDED_MAX,
  TONE_MAPPINGS,
} from './tone-mapping.ts'

const KEY = 'meshwork:adjustments'
/** Pictures whose adjustment is kept, on this machine; the one adjusted longest ago goes first. */
const REMEMBERED_MAX = 200

/** The picture that an adjustment belongs to; the frames of an animation share theirs, as they share their exposure. */
type Adjusted = Pick<JobSummary, 'job_id' | 'series'>

/** The adjustment that the user left a picture with; as it was delivered where there is none. */
export function rememberedAdjustment(job: Adjusted): Adjustment {
  return new Map(readAll()).get(keyOf(job)) ?? AS_DELIVERED
}

/** Remembers how the user adjusts a picture. */
export function rememberAdjustment(job: Adjusted, adjustment: Adjustment): void {
  const others = readAll().filter(([key]) => key !== keyOf(job))
  const all = isAsDelivered(adjustment) ? others : [...others, [keyOf(job), adjustment] as const]
  try {
    localStorage.setItem(KEY, JSON.stringify(all.slice(-REMEMBERED_MAX)))
  } catch {
    // A browser that keeps nothing for this page: the picture is shown as it was delivered next time.
  }
}

function keyOf({ job_id, series }: Adjusted): string {
  return series?.id ?? job_id
}

/** All that are remembered, the latest last; what is not understood is left out. */
function readAll(): (readonly [key: string, adjustment: Adjustment])[] {
  let kept: unknown
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? '[]')
  } catch {
    kept = []
  }
  return Array.isArray(kept) ? kept.flatMap(entryOf) : []
}

function entryOf(entry: unknown): (readonly [string, Adjustment])[] {
  if (!Array.isArray(entry)) return []
  const [key, value] = entry as unknown[]
  if (typeof key !== 'string' || typeof value !== 'object' || value === null) return []
  const fields = new Map<string, unknown>(Object.entries(value))
  const stops = fields.get('stops')
  const toneMapping = TONE_MAPPINGS.find((one) => one === fields.get('toneMapping'))
  if (typeof stops !== 'number' || !(Math.abs(stops) <= STOPS_ADDED_MAX) || toneMapping === undefined)
    return []
  return [[key, { stops, toneMapping }]]
}
