import { InputError } from '../../errors/index.ts'
import type { TrainedParameter } from './parameter-groups.ts'
import type { ParameterMemory } from './parameter-memory.ts'

/** All that AdamW must know, beside the parameters, to go on as if it had never stopped. */
export interface OptimizerState {
  /** Steps done. */
  readonly step: number
  /**
   * `first_moment.NAME`, `second_moment.NAME`, `average.NAME` as float32, in the parameter's shape;
   * `touched_rows.NAME` of a sparse parameter [V,H] as uint8 [V].
   */
  readonly tensors: ReadonlyMap<string, Float32Array | Uint8Array>
}

/** Views of what is in use, not copies. */
export function stateTensors(
  memory: ParameterMemory,
  trained: readonly TrainedParameter[],
): Map<string, Float32Array | Uint8Array> {
  const tensors = new Map<string, Float32Array | Uint8Array>()
  for (const { slot, rows } of trained) {
    const { name } = slot
    tensors.set(`first_moment.${name}`, memory.view(name, 'firstMoment'))
    tensors.set(`second_moment.${name}`, memory.view(name, 'secondMoment'))
    if (memory.average) tensors.set(`average.${name}`, memory.view(name, 'average'))
    if (rows !== undefined) tensors.set(`touched_rows.${name}`, rows.touched)
  }
  return tensors
}

/** @throws InputError, before anything changes, when the saved tensors are not those in use. */
export function restoreTensors(
  current: ReadonlyMap<string, Float32Array | Uint8Array>,
  saved: ReadonlyMap<string, Float32Array | Uint8Array>,
): void {
  const wrong = [...new Set([...current.keys(), ...saved.keys()])].find(
    (name) => !sameKind(current.get(name), saved.get(name)),
  )
  if (wrong !== undefined) throw mismatch(wrong, current.get(wrong), saved.get(wrong))
  for (const [name, tensor] of current) tensor.set(saved.get(name) ?? [])
}

function sameKind(a: Float32Array | Uint8Array | undefined, b: typeof a): boolean {
  return a?.length === b?.length && a?.BYTES_PER_ELEMENT === b?.BYTES_PER_ELEMENT
}

function mismatch(
  name: string,
  current: Float32Array | Uint8Array | undefined,
  saved: Float32Array | Uint8Array | undefined,
): InputError {
  const describe = (tensor: typeof current) =>
    tensor === undefined ? 'nothing' : `${tensor.length} numbers`
  return new InputError(
    'optimizer-state',
    `the saved optimizer state has ${describe(saved)} for ${name}, and ${describe(current)} ` +
      'belongs there; resume with the model and the options it was saved with',
    { facts: { name, saved: saved?.length, expected: current?.length } },
  )
}
