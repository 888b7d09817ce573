import type { SignedClaims } from '#contract'
import { tableText } from './table.ts'

/** The signed statements about a job in a table, one a line. */
export function evidenceText(statements: readonly SignedClaims[]): string {
  if (statements.length === 0) return 'nothing that was signed is kept of this job\n'
  const rows = statements.map((statement) => [
    `${statement.sequence}`,
    new Date(statement.at_ms).toLocaleString(),
    statement.signer,
    statement.holds ? 'holds' : 'DOES NOT HOLD',
    saidIn(statement),
  ])
  return tableText(['record', 'when', 'signed by', 'signature', 'says'], rows)
}

function saidIn(statement: SignedClaims): string {
  if (statement.kind === 'verdict') {
    const { won, lost, provider_id } = statement
    return `verdict about ${provider_id}: ${won} units verified, ${lost} rejected`
  }
  const { claims, engine, numeric_class } = statement
  const faults = claims.filter(({ fault }) => fault !== undefined).length
  const failed = faults === 0 ? '' : `, ${faults} failed`
  return `${claims.length} receipts${failed}, by ${engine} (${numeric_class})`
}
