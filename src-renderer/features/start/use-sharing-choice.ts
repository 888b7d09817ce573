import { useAction, useCalls } from '../../connection/calls.tsx'
import { presetSettings, sharedResources, type Preset } from './preset.ts'

/** Sets what a preset means; false when that did not work, which was said then. */
export function useSharingChoice(): (preset: Preset) => Promise<boolean> {
  const calls = useCalls()
  const run = useAction()
  return async (preset) => {
    const done = await run(async () => {
      const [{ sharing, rules }, { cpu, ram_bytes }] = await Promise.all([
        calls.sharing.get(),
        calls.hardware.get({}),
      ])
      const after = presetSettings(preset, {
        resources: sharedResources(sharing, { cores: cpu.cores, ramBytes: ram_bytes }),
        rules,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      })
      // The rules first: nothing is shared for a moment that a rule was to keep.
      await calls.sharing.setRules({ rules: after.rules })
      await calls.node.setAvailability({ sharing: after.sharing })
      return true
    })
    return done ?? false
  }
}
