import { useId, useRef, useState, type SubmitEvent } from 'react'
import { Button } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useLocation } from 'wouter'
import { useAction, useCalls } from '../../../connection/calls.tsx'
import { faultOfCall } from '../../../connection/fault-text.ts'
import { useNode } from '../../../state/node-store.ts'
import { useText } from '../../../state/text.tsx'
import { useToastRoom } from '../../../ui/notices/toast-room.ts'
import { useNow } from '../../../ui/use-now.ts'
import { CleanField } from './clean-field.tsx'
import { EstimateLine } from './estimate-line.tsx'
import { FramesField } from './frames-field.tsx'
import { LightField } from './light-field.tsx'
import { useLatestAnswer } from '../../../connection/latest-answer.ts'
import {
  ChecksField,
  EncryptField,
  type FieldProps,
  PriorityField,
  QualityField,
  SizeField,
} from './render-fields.tsx'
import { rememberForm } from './remembered-form.ts'
import { type FormScene, orderOf, type RenderForm, type RenderOrder } from './render-form.ts'
import type { HandedScene } from '../scene/handed-scene.ts'
import { useSceneDrop } from '../scene/scene-drop.tsx'
import classes from './new-render-form.module.css'

/** Dragging through numbers does not ask for an estimate at each. */
const ESTIMATE_SETTLE_MS = 250
/** How busy this PC is, and what is queued, changes without a word. */
const ESTIMATE_AGAIN_MS = 15_000
/** A deadline is given to the minute. */
const DEADLINE_CHECK_MS = 30_000

/** The right half of a new render: how the picture shall be, how long it would take, and the button. */
export function NewRenderForm({
  form,
  onChange,
  scene,
  cameras,
  animationSeconds,
  sampleUs,
  unitRamGb,
  isMeasuring,
  refusal,
  onSceneGone,
}: {
  readonly form: RenderForm
  readonly onChange: (form: RenderForm) => void
  /** Absent until it is handed over. */
  readonly scene: HandedScene | undefined
  /** Undefined until they are known. */
  readonly cameras: readonly string[] | undefined
  readonly animationSeconds: number
  /** The time of one sample, as the preview measured it. */
  readonly sampleUs: number | undefined
  /** Memory that one unit of the scene needs, in GB, as the preview told it. */
  readonly unitRamGb: number | undefined
  readonly isMeasuring: boolean
  /** Why the scene cannot be rendered, in a line; absent where it can. */
  readonly refusal?: string | undefined
  readonly onSceneGone: () => void
}) {
  const text = useText().jobKinds.render
  const refusalId = useId()
  const nowMs = useNow(DEADLINE_CHECK_MS)
  const hasLightPicture = scene?.environment !== undefined
  const outcome = orderOf(form, { animationSeconds, hasLightPicture, nowMs })
  const order = outcome.ok ? outcome.order : undefined
  const question = order && estimateQuestion(order, { sampleUs, unitRamGb }, scene)
  const news = useEstimateNews()
  const estimate = useLatestAnswer(
    question && JSON.stringify(question),
    async (calls, signal) => ({
      ...(await calls.render.estimate(question ?? NO_QUESTION, { signal })),
      askedAtMs: Date.now(),
    }),
    ESTIMATE_SETTLE_MS,
    { news, everyMs: ESTIMATE_AGAIN_MS },
  )
  const { isSending, send } = useSubmit(form, scene, sampleUs, onSceneGone)
  const change = (some: Partial<RenderForm>): void => onChange({ ...form, ...some })
  const isRefused = refusal !== undefined || estimate.value?.fits_nowhere === true
  const isReady = scene !== undefined && order !== undefined && !isRefused
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (order !== undefined) void send(order, estimate.isWorking ? undefined : estimate.value?.likely_ms)
  }
  const fields = { form, problems: outcome.ok ? {} : outcome.problems, onChange: change }
  const foot = useRef<HTMLDivElement>(null)
  useToastRoom(foot)
  return (
    <form className={classes['form']} onSubmit={submit} noValidate aria-label={text.newJob}>
      <RenderFields {...fields} {...{ cameras, animationSeconds, hasLightPicture, nowMs }} />
      <div ref={foot} className={classes['foot']}>
        {refusal === undefined ? (
          <EstimateLine
            estimate={estimate.value}
            askedAtMs={estimate.value?.askedAtMs}
            isWorking={estimate.isWorking || isMeasuring}
            message={estimate.message}
            deadlineMs={form.deadlineMs}
            checks={form.checks}
            onChecks={(checks) => change({ checks })}
          />
        ) : (
          <RefusalLine id={refusalId} why={refusal} />
        )}
        <SubmitButton isSending={isSending} isReady={isReady} describedBy={refusal && refusalId} />
      </div>
    </form>
  )
}

/** All fields, in the order in which one thinks of them. */
function RenderFields({
  cameras,
  animationSeconds,
  hasLightPicture,
  nowMs,
  ...fields
}: FieldProps & FormScene & { readonly cameras: readonly string[] | undefined }) {
  return (
    <div className={classes['fields']}>
      <SizeField {...fields} cameras={cameras} />
      <LightField
        light={fields.form.light}
        hasPicture={hasLightPicture}
        nowMs={nowMs}
        onChange={(light) => fields.onChange({ light })}
      />
      <QualityField {...fields} />
      <CleanField {...fields} />
      <FramesField {...fields} animationSeconds={animationSeconds} />
      <ChecksField {...fields} />
      <PriorityField {...fields} nowMs={nowMs} />
      <EncryptField {...fields} />
    </div>
  )
}

function SubmitButton({
  isSending,
  isReady,
  describedBy,
}: {
  readonly isSending: boolean
  readonly isReady: boolean
  /** The line that says why it is not ready. */
  readonly describedBy: string | undefined
}) {
  const text = useText().jobKinds.render
  return (
    <Button
      type="submit"
      variant="filled"
      size="md"
      loading={isSending}
      disabled={!isReady}
      aria-describedby={describedBy}
      leftSection={<IconPlayerPlay size={16} aria-hidden="true" />}
    >
      {text.render}
    </Button>
  )
}

/** Why the scene cannot be rendered, in the place of the estimate. */
function RefusalLine({ id, why }: { readonly id: string; readonly why: string }) {
  const text = useText().jobKinds.render
  return (
    <p id={id} role="status" className={classes['refusal']}>
      {text.cannotRender(why)}
    </p>
  )
}

const NO_QUESTION = { width: 1, height: 1, spp: 1 }

function estimateQuestion(
  { width, height, spp, frames, redundancy, denoise }: RenderOrder,
  { sampleUs, unitRamGb }: Readonly<Record<'sampleUs' | 'unitRamGb', number | undefined>>,
  scene: HandedScene | undefined,
) {
  return {
    width,
    height,
    spp,
    frames: frames?.length ?? 1,
    redundancy,
    ...(denoise === undefined ? {} : { denoise }),
    ...(sampleUs === undefined ? {} : { sample_us: sampleUs }),
    ...(unitRamGb === undefined ? {} : { unit_ram_gb: unitRamGb }),
    ...(scene === undefined ? {} : { files: scene.files.map(({ cid }) => cid) }),
  }
}

/** What an estimate rests on besides the picture: who is there and shares what, and what runs already. */
function useEstimateNews(): string {
  return useNode(({ people, sharing, jobs }) =>
    JSON.stringify([
      sharing?.kind,
      [...jobs.values()].filter(({ state }) => state.kind === 'running').length,
      [...people.values()].map(({ peer_id, connected, trust_mine, trust_theirs, shares_cores }) => [
        ...[peer_id, connected, trust_mine > 0, (trust_theirs ?? 0) > 0, shares_cores],
      ]),
    ]),
  )
}

/** Sends an order, remembers the form, and goes to the job. */
function useSubmit(
  form: RenderForm,
  scene: HandedScene | undefined,
  sampleUs: number | undefined,
  onSceneGone: () => void,
) {
  const calls = useCalls()
  const run = useAction()
  const { clear, sample } = useSceneDrop()
  const [, navigate] = useLocation()
  const text = useText().jobKinds.render
  const [isSending, setIsSending] = useState(false)
  const send = async (order: RenderOrder, estimatedMs: number | undefined): Promise<void> => {
    if (scene === undefined) return
    setIsSending(true)
    const submitted = await run(async () => {
      try {
        return await calls.jobs.submit({
          kind: 'render',
          ...scene,
          ...order,
          ...(estimatedMs === undefined ? {} : { estimated_ms: estimatedMs }),
          ...(sampleUs === undefined ? {} : { sample_us: sampleUs }),
        })
      } catch (error) {
        if (faultOfCall(error)?.kind !== 'blob-missing') throw error
        // Unused uploads are removed after an hour.
        onSceneGone()
        throw new Error(text.sceneGone, { cause: error })
      }
    })
    setIsSending(false)
    if (submitted === undefined) return
    // A sample’s draft is no choice of the user’s own.
    if (sample === undefined) rememberForm(form)
    clear()
    navigate(`/jobs/${submitted.job_id}`)
  }
  return { isSending, send }
}
