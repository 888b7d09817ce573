import { InvalidArgumentError } from 'commander'
import { JobId } from '../../protocol/ids.ts'
import { JOB_UNITS_MAX } from '../../protocol/limits.ts'
import { UnitIndex } from '../../protocol/work.ts'

/** Reads the index of a unit. @throws InvalidArgumentError */
export function unitIndex(text: string): number {
  const parsed = UnitIndex.safeParse(text.trim() === '' ? NaN : Number(text))
  if (!parsed.success)
    throw new InvalidArgumentError(`a whole number from 0 to ${JOB_UNITS_MAX - 1}, please.`)
  return parsed.data
}

/** Reads the id of a job. @throws InvalidArgumentError */
export function jobId(text: string): JobId {
  const parsed = JobId.safeParse(text)
  if (!parsed.success) throw new InvalidArgumentError('a job id, please, as `meshctl list-jobs` shows it.')
  return parsed.data
}
