import { describe, expect, test } from 'vitest'
import {
  type Batch,
  BatchPlan,
  type BatchPlanOptions,
  type BatchSource,
  type Dataset,
  datasetOf,
  Random,
} from './index.ts'

/** Sentences of 1 to 40 characters, each different, some of them beyond UTF-16 units. */
function sentences(name: string, length: number): Dataset {
  const random = Random.of(11)
  const rows = Array.from({ length }, (_, i) => [`${name}${i}${'𠮷'.repeat(random.below(40))}`])
  return datasetOf({ name, kind: 'sentences', rows })
}

const a = sentences('a', 103)
const b = sentences('b', 48)
const c = sentences('c', 7)
const three: readonly BatchSource[] = [
  { dataset: a, batchSize: 8 },
  { dataset: b, batchSize: 5, budget: 120 },
  { dataset: c, batchSize: 4, duplicates: false },
]

function all(sources: readonly BatchSource[], options?: BatchPlanOptions): Batch[] {
  return [...new BatchPlan(sources, options).from()]
}

function textsOf(batches: readonly Batch[]): string[] {
  return batches.flatMap(({ examples }) => examples.flatMap(({ texts }) => texts))
}

describe('a function of data, options and number', () => {
  const options = { seed: 3, epochs: 3 }
  const whole = all(three, options)

  test('the same seed gives the same batches, another one others', () => {
    expect(all(three, options)).toEqual(whole)
    expect(textsOf(all(three, { ...options, seed: 4 }))).not.toEqual(textsOf(whole))
  })

  test('going on at any batch, or going back, gives the same as going through', () => {
    for (const [index, batch] of whole.entries()) {
      expect(new BatchPlan(three, options).batch(index)).toEqual(batch)
    }
    const plan = new BatchPlan(three, options)
    expect([...plan.from(plan.length - 9)]).toEqual(whole.slice(-9))
    expect(plan.batch(0)).toEqual(whole[0])
  })

  test('its length is known beforehand', () => {
    expect(new BatchPlan(three, options).length).toBe(whole.length)
    expect(whole.map(({ index }) => index)).toEqual([...whole.keys()])
  })

  test('there is no batch behind the last', () => {
    const plan = new BatchPlan(three, options)
    expect(() => plan.batch(plan.length)).toThrow('there is no batch')
  })
})

describe('epochs', () => {
  const batches = all(three, { seed: 1, epochs: 2 })

  test.each([1, 2])('every example is in epoch %i once', (epoch) => {
    const texts = textsOf(batches.filter((batch) => batch.epoch === epoch))
    const expected = [a, b, c].flatMap((dataset) =>
      Array.from({ length: dataset.length }, (_, i) => dataset.example(i).texts[0] ?? ''),
    )
    expect(texts.sort()).toEqual(expected.sort())
  })

  test('the second one comes behind the first, in another order', () => {
    const epochs = batches.map(({ epoch }) => epoch)
    expect(epochs).toEqual([...epochs].sort())
    const [first, second] = [1, 2].map((n) => textsOf(batches.filter(({ epoch }) => epoch === n)))
    expect(first).not.toEqual(second)
  })

  test('a batch is of one source and no larger than said', () => {
    for (const { source, examples } of batches) {
      expect(examples.length).toBeLessThanOrEqual(three[source]?.batchSize ?? 0)
      const name = 'abc'.charAt(source)
      expect(examples.every(({ texts }) => texts[0]?.startsWith(name))).toBe(true)
    }
  })

  test('the budget bounds examples times the longest', () => {
    const areas = batches
      .filter(({ source }) => source === 1)
      .map(({ examples }) => {
        const longest = Math.max(...textsOf([{ ...batches[0], examples } as Batch]).map(codePoints))
        return examples.length * longest
      })
    expect(Math.max(...areas)).toBeLessThanOrEqual(120)
    expect(Math.max(...areas)).toBeGreaterThan(80)
  })
})

const codePoints = (text: string) => [...text].length

describe('mixtures', () => {
  const shares = (batches: readonly Batch[]) =>
    [0, 1].map((n) => batches.filter(({ source }) => source === n).length)
  const weighted = [
    { dataset: a, batchSize: 8, weight: 3 },
    { dataset: b, batchSize: 8, weight: 1 },
  ]

  test('weights are shares of the batches', () => {
    expect(shares(all(weighted, { batches: 100 }))).toEqual([75, 25])
    expect(shares(all(weighted, { epochs: 4 }))).toEqual([57, 19])
  })

  test('any stretch has about the shares of the whole', () => {
    const batches = all(weighted, { batches: 400, seed: 2 })
    for (let start = 0; start + 40 <= 400; start += 1) {
      const [of0 = 0] = shares(batches.slice(start, start + 40))
      expect(Math.abs(of0 - 30)).toBeLessThanOrEqual(3)
    }
  })

  test('without weights the shares follow from the sizes', () => {
    const plain = weighted.map(({ dataset, batchSize }) => ({ dataset, batchSize }))
    expect(shares(all(plain))).toEqual([13, 6])
    expect(shares(all(plain, { batches: 38 }))).toEqual([26, 12])
  })

  test('a small data set is passed over as often as its weight needs', () => {
    const batches = all(weighted, { batches: 100 }).filter(({ source }) => source === 1)
    expect(batches.map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: 25 }, (_, i) => 1 + Math.floor(i / 6)),
    )
  })
})

describe('batches by length', () => {
  const dataset = sentences('s', 4000)
  const paddedShare = (window: number) => {
    let padded = 0
    let cells = 0
    for (const { examples } of all([{ dataset, batchSize: 16 }], { window })) {
      const lengths = examples.map(({ texts }) => codePoints(texts[0] ?? ''))
      const area = Math.max(...lengths) * lengths.length
      cells += area
      padded += area - lengths.reduce((sum, length) => sum + length, 0)
    }
    return padded / cells
  }

  test('padding falls from two fifths to a thirtieth', () => {
    expect(paddedShare(1)).toBeGreaterThan(0.35)
    expect(paddedShare(64)).toBeLessThan(0.035)
  })

  test('lengths are what the function says', () => {
    const byNumber = { window: 300, lengthOf: (text: string) => Number(/\d+/.exec(text)?.[0]) }
    for (const { examples } of all([{ dataset, batchSize: 16 }], byNumber)) {
      const numbers = examples.map(({ texts }) => byNumber.lengthOf(texts[0] ?? ''))
      expect(Math.max(...numbers) - Math.min(...numbers)).toBe(examples.length - 1)
    }
  })
})

describe('no duplicates', () => {
  const rows = Array.from({ length: 300 }, (_, i) => [`问${i % 40}`, `答${i % 70}`])
  const dataset = datasetOf({ name: 'pairs', kind: 'pairs', rows })
  const unique = { dataset, batchSize: 16, duplicates: false }

  test('no text occurs twice in a batch, and every example is there', () => {
    const batches = all([unique], { seed: 5 })
    for (const batch of batches) {
      const texts = textsOf([batch])
      expect(new Set(texts).size).toBe(texts.length)
    }
    const seen = batches.flatMap(({ examples }) => examples.map(({ texts }) => texts.join()))
    expect(seen.sort()).toEqual(rows.map((row) => row.join()).sort())
    expect(batches.length).toBeLessThan(26)
  })

  test('they would occur otherwise', () => {
    const batches = all([{ dataset, batchSize: 16 }], { seed: 5 })
    expect(batches.some((batch) => new Set(textsOf([batch])).size < 32)).toBe(true)
  })

  test('where all examples share a text, each is alone', () => {
    const same = datasetOf({
      name: 's',
      kind: 'pairs',
      rows: rows.map(([, b = ''], i) => ['问', b + i]),
    })
    expect(all([{ ...unique, dataset: same }])).toHaveLength(300)
  })

  test('the two texts of a pair may be the same', () => {
    const same = datasetOf({
      name: 's',
      kind: 'pairs',
      rows: [
        ['一', '一'],
        ['二', '二'],
      ],
    })
    expect(all([{ ...unique, dataset: same }])).toHaveLength(1)
  })
})

test('any object of the interface is a data set', () => {
  const numbers: Dataset = {
    name: 'numbers',
    kind: 'scored-pairs',
    length: 10,
    columns: 2,
    example: (index) => ({ texts: [`数${index}`, `数${9 - index}`], label: index / 9 }),
  }
  const examples = all([{ dataset: numbers, batchSize: 4 }]).flatMap((batch) => batch.examples)
  const byLabel = examples.toSorted((one, other) => (one.label ?? 0) - (other.label ?? 0))
  expect(byLabel).toEqual(Array.from({ length: 10 }, (_, index) => numbers.example(index)))
})

describe('bad input', () => {
  const source = { dataset: a, batchSize: 8 }
  const custom = (change: Partial<Dataset>): BatchSource => ({
    dataset: { name: 'x', kind: 'pairs', length: 2, columns: 2, example, ...change },
    batchSize: 2,
  })
  const example = () => ({ texts: ['一', '二'], label: undefined })

  test.each([
    [[], {}, 'give at least one data set'],
    [[{ ...source, batchSize: 0 }], {}, 'batchSize must be a whole number from 1, but it is 0'],
    [[{ ...source, budget: 0.5 }], {}, 'budget must be a whole number'],
    [[source], { epochs: 0 }, 'epochs must be'],
    [[source], { batches: 1.5 }, 'batches must be'],
    [[source], { window: 0 }, 'window must be'],
    [[source], { seed: -1 }, 'seed must be'],
    [
      [{ ...source, weight: 1 }, source],
      {},
      'for all data sets or for none; got a: 1, a: undefined',
    ],
    [[{ ...source, weight: 0 }], {}, 'weights must be positive'],
    [[custom({ length: 0 })], {}, 'data set x: expected at least one example, but it has 0'],
    [[custom({ columns: 3 })], {}, 'data set x: pairs have 2 texts an example, but it has 3'],
    [[custom({ kind: 'triplets' })], {}, 'triplets have at least 3 texts'],
    [[custom({ kind: 'scored-pairs' })], {}, 'example 0 has the label undefined'],
    [[custom({ example: () => ({ texts: [], label: undefined }) })], {}, 'has 0 texts; expected 2'],
  ])('%#', (sources, options, message) => {
    expect(() => all(sources, options)).toThrow(message)
  })
})
