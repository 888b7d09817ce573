import { shellWord } from '../../protocol/printable-text.ts'

/** The command that a user types to look at a peer's folder, or to repair it with a choice. */
export function repairStep(folder: string, choice?: string): string {
  const command = `meshctl repair --data ${shellWord(folder)}`
  return choice === undefined ? command : `${command} --${choice}`
}
