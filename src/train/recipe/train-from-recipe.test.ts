import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { recipeOptions } from './train-from-recipe.ts'
import { readRecipe, trainRecipeSchema } from './train-recipe.ts'

const folder = mkdtempSync(join(tmpdir(), 'yuju-recipe-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'pairs.tsv'), 'a\tb\tis_same\n花呗\t借呗\tnot_same\n还款\t还钱\tsame\n')

const source = {
  file: 'pairs.tsv',
  kind: 'labelled-pairs',
  label: { column: 'is_same', values: { not_same: 0, same: 1 } },
  loss: { name: 'contrastive' },
}

function read(changes: object) {
  const path = join(folder, 'recipe.json')
  const recipe = { model: 'owner/model', output: 'out', data: [source], ...changes }
  writeFileSync(path, JSON.stringify(recipe))
  return readRecipe(path, trainRecipeSchema)
}

describe('a recipe', () => {
  test('becomes options, every key by its name', async () => {
    const steps = { epochs: 2, accumulate: 3, seed: 4, freeze: ['embeddings.'], prompt: '问' }
    const schedule = { kind: 'cosine', warmup: 5 }
    const dropout = { hidden: 0.1, attention: 0.2 }
    const batches = { budget: 900, weight: 2, duplicates: true, roles: ['query', 'document'] }
    const file = await read({
      ...{ ...steps, schedule, dropout, max_length: 64, checkpoint_every: 7, threads: 1 },
      optimizer: {
        ...{ learning_rate: 1e-3, weight_decay: 0, betas: [0.8, 0.9], epsilon: 1e-6 },
        ...{ layer_decay: 0.9, clip_norm: null, average_decay: 0.99 },
      },
      data: [{ ...source, ...batches, cached_texts: 6 }],
      average: { share: 0.5 },
      save_as: 'float16',
    })
    const { sources, ...options } = await recipeOptions(file)
    expect(options).toEqual({
      ...{ ...steps, schedule, dropout, maxLength: 64, checkpointEvery: 7, threads: 1 },
      optimizer: {
        ...{ learningRate: 1e-3, weightDecay: 0, betas: [0.8, 0.9], epsilon: 1e-6 },
        ...{ layerDecay: 0.9, clipNorm: undefined, averageDecay: 0.99 },
      },
      model: 'owner/model',
      output: join(folder, 'out'),
      average: { share: 0.5 },
      saveType: 'float16',
      record: { recipe: file.recipe },
    })
    const [{ dataset, loss, ...others } = { dataset: undefined, loss: undefined }] = sources
    expect(others).toEqual({ batchSize: 32, ...batches, cachedTexts: 6 })
    expect(dataset?.example(0)).toEqual({ texts: ['花呗', '借呗'], label: 0 })
    expect(loss?.name).toBe('contrastive')
  })

  test.each<[string, object]>([
    ['data.0.loss.0.margin: ', { loss: { name: 'contrastive', margin: -1 } }],
    [
      'data.0.loss.1: Unrecognized key: "scale"',
      { loss: [source.loss, { ...source.loss, scale: 2 }] },
    ],
    ['data.0.loss.0.name: expected one of cosent, ', { loss: { name: 'mse' } }],
    [
      'data.0.loss.0.matryoshka.weights: expected as many weights',
      { loss: { ...source.loss, matryoshka: { dimensions: [4, 2], weights: [1] } } },
    ],
    ['data.0.cached_texts: ', { cached_texts: 0 }],
    ['data.0: Unrecognized key: "batchSize"', { batchSize: 8 }],
  ])('that is wrong is told by its own key: %s', async (message, changes) => {
    await expect(read({ data: [{ ...source, ...changes }] })).rejects.toThrow(message)
  })
})
