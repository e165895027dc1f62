import { join } from 'node:path'
import { loadCheckpoint } from '../../src/checkpoint/index.ts'
import type { GoldenCase } from './golden-losses.ts'
import { FIXTURES } from './shared.ts'
import { type WeightGradients, weightGradients } from './weight-gradients.ts'

const WORDS = 'embeddings.word_embeddings.weight'

/** The number of 我 in the vocabulary of tiny-bert-zh. */
const WORD = 2769

/** Below this a norm is noise: the gradient of every key bias is zero in theory. */
const NOISE = 1e-6

/** How far a loss of tiny-bert-zh and its gradients lie from sentence-transformers. */
export interface LossParity {
  /** Relative. */
  readonly loss: number
  /** The largest relative difference of a gradient's length; those that are noise left out. */
  readonly norm: number
  /** The largest length of a gradient that is noise in the golden file. */
  readonly noise: number
  /** The largest absolute difference of a listed entry. */
  readonly entry: number
  /** Weights that the reference has no gradient for. */
  readonly unmatched: readonly string[]
}

export async function lossParity({ golden, ...batch }: GoldenCase): Promise<LossParity> {
  const checkpoint = await loadCheckpoint(join(FIXTURES, 'models/tiny-bert-zh'))
  const computed = await weightGradients(checkpoint, batch)
  const norms = Object.entries(golden.grad_norm).map(([name, expected]) => {
    return { expected, actual: lengthOf(gradientOf(computed, name)) }
  })
  const signal = norms.filter(({ expected }) => expected >= NOISE)
  const noise = norms.filter(({ expected }) => expected < NOISE)
  const names = Object.keys(golden.grad_norm)
  return {
    loss: relative(computed.loss, golden.loss),
    norm: Math.max(...signal.map(({ actual, expected }) => relative(actual, expected))),
    noise: Math.max(...noise.map(({ actual }) => actual)),
    entry: Math.max(
      ...Object.entries(golden.grad_head).flatMap(([name, expected]) => {
        const actual = listed(name, gradientOf(computed, name))
        return expected.map((x, i) => Math.abs(x - (actual[i] ?? Number.NaN)))
      }),
    ),
    unmatched: [...computed.gradients.keys()].filter((name) => !names.includes(name)),
  }
}

function gradientOf({ gradients }: WeightGradients, name: string): Float32Array {
  const gradient = gradients.get(name)
  if (gradient) return gradient
  throw new Error(`there is no gradient of ${name}`)
}

/** The entries that the golden file lists. */
function listed(name: string, gradient: Float32Array): readonly number[] {
  const width = 48
  if (name === WORDS) return Array.from(gradient.subarray(WORD * width, WORD * width + 16))
  const step = Math.max(1, Math.floor(gradient.length / 16))
  return Array.from({ length: 16 }, (_, i) => gradient[i * step] ?? Number.NaN)
}

const lengthOf = (x: Float32Array) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0))

const relative = (actual: number, expected: number) => Math.abs(actual - expected) / expected
