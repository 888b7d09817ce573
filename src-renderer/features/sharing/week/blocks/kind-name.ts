import type { Messages } from '#text'

/** A kind of work in plain words, by the algorithm's id. */
export function kindName(text: Messages['sharing']['kinds'], algorithmId: string): string {
  switch (algorithmId) {
    case 'render.path-trace':
      return text.render
    case 'wasm.module':
      return text.module
    case 'mesh.noop':
      return text.noop
    default:
      return text.other(algorithmId)
  }
}
