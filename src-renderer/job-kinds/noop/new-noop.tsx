import { type SubmitEvent, useState } from 'react'
import { Button, NumberInput, Text } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { Link, useLocation } from 'wouter'
import { useAction, useCalls } from '../../connection/calls.tsx'
import { useFormat, useText } from '../../state/text.tsx'
import { Page } from '../../ui/layout/page.tsx'
import classes from './new-noop.module.css'

/** The bounds of the contract's request. */
const UNITS_MAX = 1_000_000
const CHECKS_MAX = 16

/** A new test of the mesh: how many units that do nothing, and how many PCs compute each. */
export function NewNoop() {
  const { jobs, jobKinds } = useText()
  const text = jobKinds.noop
  const format = useFormat()
  const [units, setUnits] = useState<number | string>(10)
  const [checks, setChecks] = useState<number | string>(2)
  const { isSending, send } = useSubmit()
  const [unitsAre, checksAre] = [wholeUpTo(units, UNITS_MAX), wholeUpTo(checks, CHECKS_MAX)]
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (unitsAre !== undefined && checksAre !== undefined) void send(unitsAre, checksAre)
  }
  const back = (
    <Button
      component={Link}
      href="/jobs"
      variant="subtle"
      color="gray"
      leftSection={<IconArrowLeft size={16} aria-hidden="true" />}
    >
      {jobs.back}
    </Button>
  )
  return (
    <Page title={text.title} actions={back}>
      <form className={classes['form']} onSubmit={submit}>
        <Text c="dimmed">{text.about}</Text>
        <NumberInput
          label={text.units}
          value={units}
          onChange={(value) => setUnits(asTyped(value))}
          allowDecimal={false}
          allowNegative={false}
          error={unitsAre === undefined && text.unitsWrong(format.number(UNITS_MAX))}
        />
        <NumberInput
          label={text.checks}
          value={checks}
          onChange={(value) => setChecks(asTyped(value))}
          allowDecimal={false}
          allowNegative={false}
          error={checksAre === undefined && text.checksWrong(format.number(CHECKS_MAX))}
        />
        <Button
          type="submit"
          variant="filled"
          loading={isSending}
          disabled={unitsAre === undefined || checksAre === undefined}
        >
          {text.submit}
        </Button>
      </form>
    </Page>
  )
}

function asTyped(value: number | string | bigint): number | string {
  return typeof value === 'bigint' ? Number(value) : value
}

function wholeUpTo(value: number | string, max: number): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max
    ? value
    : undefined
}

/** Submits the job and goes to it. */
function useSubmit() {
  const calls = useCalls()
  const run = useAction()
  const [, navigate] = useLocation()
  const text = useText().jobKinds.noop
  const format = useFormat()
  const [isSending, setIsSending] = useState(false)
  const send = async (units: number, redundancy: number): Promise<void> => {
    setIsSending(true)
    const submitted = await run(() => calls.jobs.submit({ kind: 'noop', units, redundancy }), {
      success: text.submitted(units, format.number(units)),
    })
    setIsSending(false)
    if (submitted !== undefined) navigate(`/jobs/${submitted.job_id}`)
  }
  return { isSending, send }
}
