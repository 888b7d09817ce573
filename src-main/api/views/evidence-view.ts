import type { EvidencePage, SignedClaims } from '#contract'
import { countUnits } from '../../protocol/unit-bits.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { SignedStatement, StatementPage } from '../../runtime/evidence-reader.ts'

/** In base64, and with what it says, an answer of the API can have as much. */
const ENVELOPE_SHOWN_MAX = 2 << 20

/** Statements about a job as clients read them. */
export function evidencePage({ statements, next }: StatementPage): EvidencePage {
  return { statements: statements.map(signedClaims), ...(next === undefined ? {} : { next }) }
}

function signedClaims({ sequence, atMs, envelope, signer, holds, said }: SignedStatement): SignedClaims {
  const signed = {
    ...{ sequence, at_ms: atMs, signer, holds },
    ...(envelope.byteLength > ENVELOPE_SHOWN_MAX
      ? {}
      : { envelope: Buffer.from(envelope).toString('base64') }),
  }
  if (said.kind === 'verdict') {
    const { manifest_cid, provider_id, won, lost } = said.verdict
    const counts = { won: countUnits(won), lost: countUnits(lost) }
    return { kind: 'verdict', ...signed, manifest_cid, provider_id, ...counts }
  }
  const { manifest_cid, engine, numeric_class, receipts } = said.batch
  return { kind: 'receipts', ...signed, manifest_cid, engine, numeric_class, claims: receipts.map(claimOf) }
}

type UnitClaim = Extract<SignedClaims, { kind: 'receipts' }>['claims'][number]

function claimOf({ unit_index, attempt, outcome }: ExecutionReceipt): UnitClaim {
  if (outcome.kind === 'fault') return { unit_index, attempt, fault: outcome.fault.kind }
  const { cid, metrics } = outcome
  const { fuel } = metrics
  return { unit_index, attempt, output: cid, ...(fuel === undefined ? {} : { fuel }) }
}
