import type { TextPair } from '../../encoder/index.ts'
import { TeacherError } from '../../errors/index.ts'
import type { FillOptions, VectorCache } from '../../evaluate/index.ts'
import { fillCache } from '../../evaluate/internal.ts'
import type { Tensor } from '../../runtime/index.ts'
import type { Dataset, Example } from '../../train/index.ts'
import type { TeacherCaches, WeighedTeacher } from './source-targets.ts'
import type { ScoreFunction, Teacher, VectorFunction } from './teacher.ts'

export interface SourceScoresOptions extends FillOptions {
  readonly dataset: Dataset
  readonly teachers: readonly WeighedTeacher[]
  readonly caches: TeacherCaches
}

/** The scores that cross-encoders give the first text of each example with each of the others. */
export class SourceScores {
  readonly #caches: readonly VectorCache[]
  /** Of the teachers; they add up to 1. */
  readonly #weights: readonly number[]

  private constructor(caches: readonly VectorCache[], weights: readonly number[]) {
    this.#caches = caches
    const all = weights.reduce((sum, weight) => sum + weight, 0)
    this.#weights = weights.map((weight) => weight / all)
  }

  /** Computes what the caches lack. */
  static async open(options: SourceScoresOptions): Promise<SourceScores> {
    const caches: VectorCache[] = []
    for (const { teacher } of options.teachers) caches.push(await filledCache(teacher, options))
    return new SourceScores(
      caches,
      options.teachers.map(({ weight }) => weight),
    )
  }

  /** `scores` [P,N] of N candidates each. */
  async targets(examples: readonly Example[]): Promise<Readonly<Record<string, Tensor>>> {
    const data = await this.scores(examples)
    const dims = [examples.length, data.length / Math.max(1, examples.length)]
    return { scores: { type: 'float32', dims, data } }
  }

  /** The scores [P*N] of examples, of several teachers their weighted mean. */
  async scores(examples: readonly Example[]): Promise<Float32Array> {
    const keys = examples.flatMap(keysOf)
    const scores = new Float32Array(keys.length)
    for (const [index, cache] of this.#caches.entries()) {
      const weight = this.#weights[index] ?? 0
      const { data } = await cache.vectors(keys)
      for (const [at, score] of data.entries()) scores[at] = (scores[at] ?? 0) + weight * score
    }
    return scores
  }
}

async function filledCache(
  { id, scores }: Teacher,
  { dataset, caches, ...options }: SourceScoresOptions,
): Promise<VectorCache> {
  const cache = await caches.open(id, 'float32')
  if (scores) await fillCache(cache, keysOfAll(dataset), vectorsOfKeys(scores), options)
  return cache
}

/** Pairs are kept as texts are: each under its JSON, with a vector of one number, its score. */
function keysOf({ texts: [text = '', ...candidates] }: Example): string[] {
  return candidates.map((candidate) => JSON.stringify([text, candidate]))
}

function* keysOfAll(dataset: Dataset): Generator<string, void, void> {
  for (let index = 0; index < dataset.length; index += 1) yield* keysOf(dataset.example(index))
}

function vectorsOfKeys(scores: ScoreFunction): VectorFunction {
  return async (keys, signal) => {
    const pairs = keys.map((key): TextPair => JSON.parse(key))
    return { data: await scores(pairs, signal), rows: keys.length, dimensions: 1 }
  }
}

/**
 * A cross-encoder whose scores are checked.
 * @throws TeacherError for another number of scores than pairs, and for scores that are no numbers.
 */
export function checkedScores(name: string, scores: ScoreFunction): ScoreFunction {
  return async (pairs, signal) => {
    const found = await scores(pairs, signal)
    if (found.length !== pairs.length) {
      throw new TeacherError(
        'teacher-rows',
        `${name} gave ${found.length} scores for ${pairs.length} pairs; expected one a pair`,
        { facts: { teacher: name, pairs: pairs.length, scores: found.length } },
      )
    }
    const index = found.findIndex((score) => !Number.isFinite(score))
    if (index === -1) return found
    throw new TeacherError(
      'teacher-not-finite',
      `${name} gave the score ${found[index]} to ${JSON.stringify(pairs[index])}; expected a finite number`,
      { facts: { teacher: name, pair: pairs[index], value: found[index] } },
    )
  }
}
