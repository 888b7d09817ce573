import { useId, useState } from 'react'
import { Button } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import type { JobStatus } from '#contract'
import { useText } from '../../../state/text.tsx'
import { UnitsTable } from './units-table.tsx'
import classes from './units-section.module.css'

/** The units of a job, folded at first; the node is asked only when it is opened. */
export function UnitsSection({ job }: { readonly job: JobStatus }) {
  const text = useText().jobs.unitsTable
  const [isOpen, setIsOpen] = useState(false)
  const tableId = useId()
  const Chevron = isOpen ? IconChevronDown : IconChevronRight
  return (
    <section aria-label={text.title} className={classes['section']}>
      <Button
        variant="subtle"
        color="gray"
        className={classes['toggle']}
        leftSection={<Chevron size={16} aria-hidden="true" />}
        aria-expanded={isOpen}
        aria-controls={tableId}
        onClick={() => setIsOpen(!isOpen)}
      >
        {isOpen ? text.hide : text.show}
      </Button>
      <div id={tableId}>{isOpen && <UnitsTable job={job} />}</div>
    </section>
  )
}
