import { stat } from 'node:fs/promises'
import {
  diskFile,
  readSafetensors,
  readWeightBytes,
  type Weight,
  writeSafetensors,
} from '../../checkpoint/index.ts'
import { CheckpointError } from '../../errors/index.ts'
import type { AdamW, ParameterMemory } from '../optimizer/index.ts'

const PARAMETER = 'parameter.'
/** A tensor of one number: how many steps were done. */
const STEP = 'step'

/** Writes parameters and optimizer as a safetensors file. */
export async function saveState(
  path: string,
  memory: ParameterMemory,
  optimizer: AdamW,
): Promise<void> {
  const { step, tensors } = optimizer.state()
  const weights = [
    tensorOf(STEP, Float64Array.of(step)),
    ...parameters(memory).map(([name, numbers]) => tensorOf(name, numbers)),
    ...[...tensors].map(([name, numbers]) => tensorOf(name, numbers)),
  ]
  await writeSafetensors(path, weights)
}

/** Goes on from a saved state, bit for bit. @throws CheckpointError when it is of another run. */
export async function restoreState(
  path: string,
  memory: ParameterMemory,
  optimizer: AdamW,
): Promise<void> {
  const stored = new Map(await readSafetensors(diskFile(path, (await stat(path)).size)))
  const numbersOf = async (name: string, length: number) => {
    const weight = stored.get(name)
    stored.delete(name)
    const bytes = weight ? await alignedBytes(weight) : new ArrayBuffer(0)
    if (weight && bytes.byteLength === length) return bytes
    throw new CheckpointError(
      'train-state',
      `${path} holds ${bytes.byteLength} bytes of ${name}, and ${length} belong there; ` +
        'resume with the model and the options the run began with',
      { facts: { path, name } },
    )
  }
  const [step = 0] = new Float64Array(await numbersOf(STEP, 8))
  for (const [name, view] of parameters(memory)) {
    view.set(new Float32Array(await numbersOf(name, view.byteLength)))
  }
  const tensors = new Map<string, Float32Array | Uint8Array>()
  for (const [name, weight] of stored) {
    const bytes = await alignedBytes(weight)
    tensors.set(name, weight.type === 'uint8' ? new Uint8Array(bytes) : new Float32Array(bytes))
  }
  optimizer.restore({ step, tensors })
}

function parameters(memory: ParameterMemory): [string, Float32Array][] {
  return memory.slots
    .filter(({ frozen }) => !frozen)
    .map(({ name }) => [PARAMETER + name, memory.view(name, 'parameter')])
}

function tensorOf(name: string, numbers: Float32Array | Float64Array | Uint8Array): Weight {
  const { buffer, byteOffset, byteLength } = numbers
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)
  return { name, type: typeOf(numbers), shape: [numbers.length], data: { bytes } }
}

function typeOf(numbers: Float32Array | Float64Array | Uint8Array): Weight['type'] {
  if (numbers instanceof Uint8Array) return 'uint8'
  return numbers instanceof Float64Array ? 'float64' : 'float32'
}

/** A copy that begins where any typed array may. */
async function alignedBytes(weight: Weight): Promise<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = await readWeightBytes(weight)
  return buffer.slice(byteOffset, byteOffset + byteLength)
}
