import {
  type Checkpoint,
  namedWeights,
  readWeight,
  type Weight,
  withWeights,
} from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'

/**
 * A model between two of one architecture: each weight is (1 - share) · a + share · b, in float32.
 * Between a model and what it was fine-tuned to, most scores lie above the straight line between
 * those of the two: what the first knew is kept at little cost to what was learned.
 *
 * Source: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models" (WiSE-FT); Xiao et al. 2023,
 * "LM-Cocktail".
 *
 * @param share of `b`, from 0 to 1
 * @throws InputError for another share, and for models whose weights differ in name or shape.
 */
export async function averageModels(
  a: Checkpoint,
  b: Checkpoint,
  share: number,
): Promise<Checkpoint> {
  if (!(share >= 0 && share <= 1)) {
    throw new InputError('average-share', `a share must be from 0 to 1, but it is ${share}`, {
      facts: { share },
    })
  }
  const others = namedWeights(b)
  const averaged = new Map<string, Weight>()
  for (const [name, weight] of namedWeights(a)) {
    averaged.set(name, await between(weight, sameShape(weight, others.get(name), name), share))
  }
  return withWeights(a, averaged)
}

async function between(a: Weight, b: Weight, share: number): Promise<Weight> {
  const [numbers, others] = [await readWeight(a), await readWeight(b)]
  const mixed = numbers.map((x, i) => (1 - share) * x + share * (others[i] ?? 0))
  return { ...a, type: 'float32', data: { bytes: new Uint8Array(mixed.buffer) } }
}

function sameShape(a: Weight, b: Weight | undefined, name: string): Weight {
  if (b && String(b.shape) === String(a.shape)) return b
  const found = b ? `[${b.shape.join(', ')}]` : 'missing'
  throw new InputError(
    'average-models',
    `only models of one architecture can be averaged: ${name} is [${a.shape.join(', ')}] in one ` +
      `and ${found} in the other`,
    { facts: { name, a: a.shape, b: b?.shape } },
  )
}
