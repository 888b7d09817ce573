import { Input, Skeleton } from '@mantine/core'
import { Suspense } from 'react'
import type { MomentFieldProps } from './moment-picker.tsx'
import { lazyPart } from '../lazy-part.ts'

const MomentPicker = lazyPart(async () => (await import('./moment-picker.tsx')).MomentPicker)

/** A field for a day and a time, which may be left empty. The calendar is loaded when the field is first shown. */
export function MomentField(props: MomentFieldProps) {
  const loading = (
    <Input.Wrapper label={props.label} labelElement="div">
      <Skeleton height={36} />
    </Input.Wrapper>
  )
  return (
    <Suspense fallback={loading}>
      <MomentPicker {...props} />
    </Suspense>
  )
}
