import { hash } from 'node:crypto'
import type { ModelInput } from '../engine/index.ts'

/** A name for what a model is given: equal for equal inputs of one model, and only for those. */
export function inputKey(model: string, input: ModelInput): string {
  const content =
    'ids' in input
      ? new Uint8Array(input.ids.buffer, input.ids.byteOffset, input.ids.byteLength)
      : `${input.prompt.length}:${input.prompt}${input.text}`
  const kind = 'ids' in input ? 'ids' : 'text'
  return `${model}\n${kind}\n${hash('sha256', content, 'base64')}`
}
