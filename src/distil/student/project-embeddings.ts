import { type Checkpoint, type DenseSpec, embeddingWidth } from '../../checkpoint/index.ts'
import { InputError } from '../../errors/index.ts'
import type { Matrix } from '../../similarity/index.ts'
import { principalComponents } from './principal-components.ts'

/**
 * A model whose vectors are narrower: a Dense without bias or activation, its rows the principal
 * components of vectors the model gives, so that as much as can of what tells texts apart is kept.
 * It stands last, but before a final normalization, so that unit vectors stay unit vectors.
 *
 * Source: model_distillation.py of sentence-transformers, "dimensionality reduction".
 *
 * @param vectors the model's vectors [N,D] of typical texts, some thousand at best
 * @throws InputError for vectors of another width than the model's, or fewer than `dimensions` + 1.
 */
export async function projectEmbeddings(
  checkpoint: Checkpoint,
  vectors: Matrix,
  dimensions: number,
): Promise<Checkpoint> {
  const width = embeddingWidth(checkpoint)
  if (vectors.dimensions !== width) {
    throw new InputError(
      'distil-vectors',
      `the model gives vectors of ${width} numbers, but these have ${vectors.dimensions}; give ` +
        'vectors of this very model',
      { facts: { expected: width, found: vectors.dimensions } },
    )
  }
  const { components } = await principalComponents(vectors, dimensions)
  const { modules } = checkpoint
  const end = modules.at(-1)?.kind === 'normalize' ? modules.length - 1 : modules.length
  return {
    ...checkpoint,
    modules: [...modules.slice(0, end), denseOf(components), ...modules.slice(end)],
  }
}

function denseOf({ data, rows, dimensions }: Matrix): DenseSpec {
  const bytes = new Uint8Array(Float32Array.from(data).buffer)
  const shape = [rows, dimensions]
  return {
    kind: 'dense',
    inFeatures: dimensions,
    outFeatures: rows,
    activation: 'identity',
    weight: { name: 'linear.weight', type: 'float32', shape, data: { bytes } },
    bias: undefined,
  }
}
