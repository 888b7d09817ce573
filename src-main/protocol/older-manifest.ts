/**
 * Manifests of version 1.1.0 of `wasm.module` had a unit's limits among their parameters, and no manifest of that time
 * had the field `result`.
 */
const OLDER_MODULE = { id: 'wasm.module', version: '1.1.0', now: '1.2.0' } as const

/**
 * A manifest of an older version, in the current shape; any other value unchanged. It is applied to a value that is
 * decoded and not parsed yet, so it trusts no field.
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
