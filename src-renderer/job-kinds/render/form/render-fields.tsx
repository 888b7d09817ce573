import { useId } from 'react'
import { Button, Input, NumberInput, SegmentedControl, Select, Switch } from '@mantine/core'
import { useFormat, useText } from '../../../state/text.tsx'
import type { PriorityName } from '../../../state/priority.ts'
import { MomentField } from '../../../ui/dates/moment-field.tsx'
import { cameraLabels } from './camera-labels.ts'
import { problemText } from './field-problem.ts'
import {
  CHECKS,
  type FormProblems,
  type Quality,
  type RenderForm,
  SIZE_PRESETS,
  sppOf,
} from './render-form.ts'
import classes from './render-fields.module.css'

/** Props of every part of the form. */
export interface FieldProps {
  readonly form: RenderForm
  readonly problems: FormProblems
  readonly onChange: (some: Partial<RenderForm>) => void
}

/** A number as it is typed; nothing while there is none. */
export function numberOf(value: number | string | bigint): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** Width, height, usual sizes, and the camera. */
export function SizeField({
  form,
  problems,
  onChange,
  cameras,
}: FieldProps & { readonly cameras: readonly string[] | undefined }) {
  const text = useText().jobKinds.render
  const format = useFormat()
  const labelId = useId()
  const problem = problemText(problems.width ?? problems.height, text, format)
  return (
    <div role="group" aria-labelledby={labelId}>
      <Input.Label component="span" mb={4} id={labelId}>
        {text.size}
      </Input.Label>
      <div className={classes['size']}>
        <NumberInput
          aria-label={text.width}
          value={form.width ?? ''}
          onChange={(value) => onChange({ width: numberOf(value) })}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          error={problems.width !== undefined}
          className={classes['side']}
        />
        <span aria-hidden="true">×</span>
        <NumberInput
          aria-label={text.height}
          value={form.height ?? ''}
          onChange={(value) => onChange({ height: numberOf(value) })}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          error={problems.height !== undefined}
          className={classes['side']}
        />
        <Button.Group aria-label={text.presetsLabel}>
          {SIZE_PRESETS.map(({ name, width, height }) => {
            const isChosen = form.width === width && form.height === height
            return (
              <Button
                key={name}
                size="compact-sm"
                className={classes['preset']}
                data-is-chosen={isChosen}
                aria-pressed={isChosen}
                title={text.pictureSize(`${width}`, `${height}`)}
                onClick={() => onChange({ width, height })}
              >
                {text.presets[name]}
              </Button>
            )
          })}
        </Button.Group>
      </div>
      {problem !== undefined && <Input.Error className={classes['problem']}>{problem}</Input.Error>}
      <CameraField form={form} onChange={onChange} cameras={cameras} />
    </div>
  )
}

function CameraField({
  form,
  onChange,
  cameras,
}: Pick<FieldProps, 'form' | 'onChange'> & { readonly cameras: readonly string[] | undefined }) {
  const text = useText().jobKinds.render
  if (cameras === undefined) return null
  const ownView = form.view === undefined ? [] : [{ value: 'view', label: text.view.own }]
  if (cameras.length < 2) {
    const note = form.view === undefined ? text.cameraNone : text.view.own
    return cameras.length === 0 || form.view !== undefined ? <p className={classes['note']}>{note}</p> : null
  }
  return (
    <Select
      mt="sm"
      label={text.camera}
      data={[
        ...ownView,
        { value: '', label: text.cameraDefault },
        ...cameraLabels(cameras, text.cameraNumbered).map((label, index) => ({ value: `${index}`, label })),
      ]}
      value={form.view !== undefined ? 'view' : form.camera === undefined ? '' : `${form.camera}`}
      onChange={(value) => value !== 'view' && onChange({ camera: cameraOf(value), view: undefined })}
    />
  )
}

/** A choice of the list as a camera's number; the scene's own camera for none. */
function cameraOf(value: string | null): number | undefined {
  return value === null || value === '' ? undefined : Number(value)
}

/** How much grain there may be, and the samples that this means. */
export function QualityField({ form, problems, onChange }: FieldProps) {
  const text = useText().jobKinds.render
  const format = useFormat()
  const labelId = useId()
  const spp = sppOf(form)
  const qualities: readonly Quality[] = ['draft', 'good', 'fine', 'custom']
  return (
    <div>
      <Input.Label component="span" mb={4} id={labelId}>
        {text.quality}
      </Input.Label>
      <SegmentedControl
        fullWidth
        aria-labelledby={labelId}
        data={qualities.map((value) => ({ value, label: text.qualities[value] }))}
        value={form.quality}
        onChange={(quality) =>
          onChange({ quality, ...(quality === 'custom' && spp !== undefined ? { spp } : {}) })
        }
      />
      {form.quality === 'custom' ? (
        <NumberInput
          mt="xs"
          label={text.spp}
          value={form.spp ?? ''}
          onChange={(value) => onChange({ spp: numberOf(value) })}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          error={problemText(problems.spp, text, format)}
        />
      ) : (
        <p className={classes['note']}>{spp !== undefined && text.sppShown(format.number(spp))}</p>
      )}
    </div>
  )
}

/** How many PCs must agree on each tile. */
export function ChecksField({ form, onChange }: FieldProps) {
  const { jobs, jobKinds } = useText()
  const text = jobKinds.render
  const format = useFormat()
  const labelId = useId()
  const note = form.checks === 1 ? 'one' : form.checks === 2 ? 'two' : 'three'
  return (
    <div>
      <Input.Label component="span" mb={4} id={labelId}>
        {text.checks}
      </Input.Label>
      <SegmentedControl
        fullWidth
        aria-labelledby={labelId}
        data={CHECKS.map((count) => ({
          value: `${count}`,
          label: jobs.checksOf(count, format.number(count)),
        }))}
        value={`${form.checks}`}
        onChange={(value) => onChange({ checks: Number(value) })}
      />
      <p className={classes['note']}>{text.checksNote[note]}</p>
    </div>
  )
}

/** Whose turn it is among one's own jobs, and when it should be done. */
export function PriorityField({ form, problems, onChange, nowMs }: FieldProps & { readonly nowMs: number }) {
  const { jobs, jobKinds } = useText()
  const format = useFormat()
  const labelId = useId()
  const names: readonly PriorityName[] = ['low', 'normal', 'high']
  return (
    <div className={classes['pair']}>
      <div>
        <Input.Label component="span" mb={4} id={labelId} title={jobs.priorityHint}>
          {jobs.priority}
        </Input.Label>
        <SegmentedControl
          fullWidth
          aria-labelledby={labelId}
          data={names.map((value) => ({ value, label: jobs.priorities[value] }))}
          value={form.priority}
          onChange={(priority) => onChange({ priority })}
        />
      </div>
      <MomentField
        label={jobs.deadline}
        hint={jobs.deadlineHint}
        atMs={form.deadlineMs}
        onMoment={(deadlineMs) => onChange({ deadlineMs })}
        nowMs={nowMs}
        error={problemText(problems.deadlineMs, jobKinds.render, format)}
      />
    </div>
  )
}

/** Whether only its providers can read scene and picture. */
export function EncryptField({ form, onChange }: Pick<FieldProps, 'form' | 'onChange'>) {
  const text = useText().jobKinds.render
  return (
    <Switch
      label={text.encrypt}
      description={text.encryptNote}
      checked={form.encrypt}
      onChange={(event) => onChange({ encrypt: event.currentTarget.checked })}
    />
  )
}
