import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCheckpoint } from 'yuju'
import { Reranker } from 'yuju/rerank'
import {
  binaryCrossEntropy,
  cosent,
  datasetOf,
  type Loss,
  marginMse,
  TrainingSession,
  trainRecipe,
  withNewHead,
} from 'yuju/train'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

const RERANKERS = join(FIXTURES, 'rerankers')
const TINY = join(FIXTURES, 'models/tiny-bert-zh')
const PAIRS = readJson<[string, string][]>(join(RERANKERS, 'pairs.json')).slice(0, 6)

interface Measured {
  readonly loss: number
  readonly gradientNorm: number
}
interface Golden {
  readonly binary_cross_entropy: Measured
  readonly weighted: Measured
  readonly margin_mse: Measured
}
const { labels, margins, ...GOLDEN } = readJson<{ labels: number[]; margins: number[] }>(
  join(RERANKERS, 'losses.json'),
)
const golden = GOLDEN as unknown as Readonly<Record<string, Golden>>

const PAIR_EXAMPLES = PAIRS.map((texts, index) => ({ texts, label: labels[index] }))
const TRIPLETS = PAIRS.slice(1).map(([query, document], index) => ({
  texts: [query, document, PAIRS[index]?.[1] ?? ''],
  label: margins[index],
}))

/** Loss and gradient norm of one step on one batch, nothing dropped. */
async function measured(
  name: string,
  loss: Loss,
  examples: readonly { readonly texts: readonly string[]; readonly label: number | undefined }[],
): Promise<Measured> {
  const columns = examples[0]?.texts.length ?? 0
  const dataset = datasetOf({
    name: 'pairs',
    kind: columns === 3 ? 'scored-triplets' : 'scored-pairs',
    rows: [[...Array.from({ length: columns }, () => '还款'), 1]],
  })
  await using session = await TrainingSession.open({
    model: join(RERANKERS, name),
    sources: [{ dataset, loss, batchSize: examples.length }],
    dropout: { hidden: 0, attention: 0 },
    threads: 1,
  })
  return await session.step(await session.prepare([{ source: 0, examples }]), 0)
}

const relative = (found: number, expected: number) => Math.abs(found - expected) / expected

describe.each(Object.keys(golden))(
  'losses and gradients of %s agree with sentence-transformers',
  (name) => {
    const cases: readonly (readonly [keyof Golden, Loss, typeof PAIR_EXAMPLES])[] = [
      ['binary_cross_entropy', binaryCrossEntropy(), PAIR_EXAMPLES],
      ['weighted', binaryCrossEntropy({ posWeight: 3 }), PAIR_EXAMPLES],
    ]
    test.each(cases)('%s', async (key, loss, examples) => {
      const expected = golden[name]?.[key] ?? { loss: Number.NaN, gradientNorm: Number.NaN }
      const found = await measured(name, loss, examples)
      expect(relative(found.loss, expected.loss)).toBeLessThan(1e-5)
      expect(relative(found.gradientNorm, expected.gradientNorm)).toBeLessThan(1e-4)
    })

    test('margin_mse', async () => {
      const expected = golden[name]?.margin_mse ?? { loss: Number.NaN, gradientNorm: Number.NaN }
      const found = await measured(name, marginMse(), TRIPLETS)
      expect(relative(found.loss, expected.loss)).toBeLessThan(1e-5)
      expect(relative(found.gradientNorm, expected.gradientNorm)).toBeLessThan(1e-4)
    })
  },
)

/** Whether two texts are about one thing, told by a word they share. */
const WORDS = ['花呗', '天气', '还款', '手机', '借呗', '今天']
const LABELLED = Array.from({ length: 160 }, (_, index) => {
  const [first, other] = [WORDS[index % 6] ?? '', WORDS[(index + 1 + (index % 5)) % 6] ?? '']
  const isSame = index % 2 === 0
  return [`${first}怎么样`, `说说${isSame ? first : other}的事`, isSame ? 1 : 0].join('\t')
})

function recipe(changes: object): string {
  const folder = temporaryFolder()
  const rows = ['sentence1\tsentence2\tlabel', ...LABELLED]
  writeFileSync(join(folder, 'pairs.tsv'), `${rows.join('\n')}\n`)
  const data = { file: 'pairs.tsv', kind: 'labelled-pairs' }
  const content = {
    model: TINY,
    head: 'new',
    output: 'trained',
    data: [{ ...data, batch_size: 16, loss: { name: 'binary_cross_entropy' } }],
    evaluation: { every: 60, data: [data] },
    steps: 60,
    optimizer: { learning_rate: 2e-3 },
    seed: 3,
    threads: 1,
    ...changes,
  }
  const path = join(folder, 'recipe.json')
  writeFileSync(path, JSON.stringify(content))
  return path
}

describe('an encoder becomes a cross-encoder', () => {
  test('by a recipe: it learns, and is saved as one', async () => {
    const path = recipe({})
    const { output, evaluations } = await trainRecipe(path)
    expect(evaluations.at(-1)?.scores.average).toBeGreaterThan(70)
    await using reranker = await Reranker.load(output, { onWarning: () => {} })
    expect(reranker.activation).toBe('sigmoid')
    const [best] = await reranker.rerank('花呗怎么样', ['说说天气的事', '说说花呗的事'])
    expect(best?.index).toBe(1)
    // Trained on, it keeps its head.
    const again = recipe({ model: output, head: undefined, steps: 1, evaluation: undefined })
    const { steps } = await trainRecipe(again)
    expect(steps).toBe(1)
  }, 300_000)

  test('its head follows from the seed', async () => {
    const checkpoint = await loadCheckpoint(TINY)
    const headOf = (seed: number) => withNewHead(checkpoint, { seed }).modules
    expect(headOf(1)).toEqual(headOf(1))
    expect(headOf(1)).not.toEqual(headOf(2))
    const reranker = await loadCheckpoint(join(RERANKERS, 'bert'))
    expect(() => withNewHead(reranker)).toThrow(expect.objectContaining({ code: 'train-head' }))
  })

  test('losses of the other kind are refused', async () => {
    await expect(measured('bert', cosent(), PAIR_EXAMPLES)).rejects.toMatchObject({
      code: 'train-kind',
      message: expect.stringContaining('binary_cross_entropy'),
    })
    const { code, stderr } = await yuju('train', recipe({ head: undefined }))
    expect(code).toBe(1)
    expect(stderr).toContain('the model makes vectors')
  })
})
