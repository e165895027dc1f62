import { InputError } from '../../errors/index.ts'
import type { Kernels } from './kernels.ts'
import type { ParameterGroup } from './parameter-groups.ts'
import type { ParameterMemory, ParameterSlot } from './parameter-memory.ts'
import { RowGradients } from './row-gradients.ts'

/** A parameter that is not frozen, with its settings. */
export interface TrainedParameter {
  readonly slot: ParameterSlot
  readonly group: ParameterGroup
  /** Of a sparse parameter. */
  readonly rows: RowGradients | undefined
}

/** @throws InputError unless every parameter that is not frozen is in one group, exactly once. */
export function trainedParameters(
  memory: ParameterMemory,
  kernels: Kernels,
  groups: readonly ParameterGroup[],
): readonly TrainedParameter[] {
  const trained = groups.flatMap((group) =>
    group.names
      .map((name) => memory.slot(name))
      .filter(({ frozen }) => !frozen)
      .map((slot) => ({
        slot,
        group,
        rows: slot.sparse ? new RowGradients(memory, kernels, slot) : undefined,
      })),
  )
  requireOnce(memory, trained)
  return trained
}

function requireOnce(memory: ParameterMemory, trained: readonly TrainedParameter[]): void {
  for (const { name, frozen } of memory.slots) {
    const times = trained.filter(({ slot }) => slot.name === name).length
    if (frozen || times === 1) continue
    throw new InputError(
      'optimizer-groups',
      `parameter ${name} must be in one group, or be frozen, but is in ${times}`,
      { facts: { name, times } },
    )
  }
}
