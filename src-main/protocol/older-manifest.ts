/**
 * Manifests of version 1.1.0 of `wasm.module` named what a unit may use among their parameters, and no manifest of that
 * time said how its result is made.
 */
const OLDER_MODULE = { id: 'wasm.module', version: '1.1.0', now: '1.2.0' } as const

/**
 * A manifest that an older version wrote, in the shape of today; anything else as it is. Applied to what was decoded and
 * not parsed yet, so it trusts no field.
 */
export function currentManifest(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw
  const manifest = raw as Readonly<Record<string, unknown>>
  const { algorithm_id, algorithm_version, params } = manifest
  if (algorithm_id !== OLDER_MODULE.id || algorithm_version !== OLDER_MODULE.version) return raw
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return raw
  const { limits = {}, ...others } = params as Readonly<Record<string, unknown>>
  const result = 'reduce' in others ? 'reduced' : 'joined'
  return { result, limits, ...manifest, algorithm_version: OLDER_MODULE.now, params: others }
}
