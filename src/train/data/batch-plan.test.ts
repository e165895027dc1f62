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

describe('a function of data, options and index', () => {
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

  test('windows are at most a quarter of the data, so that passes differ', () => {
    const few = sentences('few', 256)
    const batches = all([{ dataset: few, batchSize: 16 }], { epochs: 2 })
    const sets = batches.map((batch) => textsOf([batch]).sort().join())
    expect(new Set(sets).size).toBe(32)
    expect(all([{ dataset: few, batchSize: 16 }], { window: 4 })).toEqual(batches.slice(0, 16))
    expect(all([{ dataset: few, batchSize: 100 }], { window: 1 })).toEqual(
      all([{ dataset: few, batchSize: 100 }]),
    )
  })

  test('lengths are what the function says', () => {
    const byNumber = { window: 300, lengthOf: (text: string) => Number(/\d+/.exec(text)?.[0]) }
    for (const { examples } of all([{ dataset, batchSize: 16 }], byNumber)) {
      const numbers = examples.map(({ texts }) => byNumber.lengthOf(texts[0] ?? ''))
      expect(Math.max(...numbers) - Math.min(...numbers)).toBe(examples.length - 1)
    }
  })
})

test('batches are as equal as can be: none is left with a single example', () => {
  const sizes = (length: number, batchSize: number) =>
    all([{ dataset: sentences('s', length), batchSize }])
      .map(({ examples }) => examples.length)
      .sort((one, other) => one - other)
  expect(sizes(33, 32)).toEqual([16, 17])
  expect(sizes(64, 32)).toEqual([32, 32])
  expect(sizes(7, 32)).toEqual([7])
  const many = sizes(993, 32)
  expect([many.length, many[0], many.at(-1)]).toEqual([32, 31, 32])
})

describe('labels that go with length', () => {
  /** Dissimilar pairs are longer than similar ones, all of them. */
  const pairs = (length: number, label: (index: number) => number): Dataset => {
    const rows = Array.from({ length }, (_, i) => {
      const score = label(i)
      return [`${i}${'长'.repeat(10 - Math.round(9 * score))}`, `${i}短`, score]
    })
    return datasetOf({ name: 'pairs', kind: 'scored-pairs', rows })
  }
  const ofOneLabel = (batches: readonly Batch[]) =>
    batches.filter(({ examples }) => new Set(examples.map(({ label }) => label)).size === 1).length

  test.each([
    ['a small data set', 64, 8, (i: number) => i % 2],
    ['a large data set', 8192, 8, (i: number) => i % 2],
    ['graded labels', 2048, 4, (i: number) => (i % 6) / 5],
    ['one label in four', 2048, 8, (i: number) => (i % 4 === 0 ? 1 : 0)],
  ])('%s: every batch has both', (_, length, batchSize, label) => {
    const source = { dataset: pairs(length, label), batchSize }
    const mixed = all([{ ...source, mixLabels: true }], { epochs: 2 })
    expect(ofOneLabel(mixed)).toBe(0)
    const share =
      Array.from({ length }, (__, i) => label(i)).filter((y) => y >= 0.5).length / length
    for (const { examples } of mixed) {
      const high = examples.filter((example) => (example.label ?? 0) >= 0.5).length
      expect(Math.abs(high - share * examples.length)).toBeLessThanOrEqual(1)
    }
    // What they would be without: sorted by length.
    expect(ofOneLabel(all([source], { window: 64 }))).toBeGreaterThan(length / batchSize / 2)
  })

  test('with a budget, and without duplicates, too', () => {
    const dataset = pairs(512, (i) => i % 2)
    for (const more of [{ budget: 80 }, { duplicates: false }]) {
      expect(ofOneLabel(all([{ dataset, batchSize: 8, mixLabels: true, ...more }]))).toBe(0)
    }
  })

  test('a rare label is spread evenly', () => {
    const dataset = pairs(1024, (i) => (i % 32 === 0 ? 1 : 0))
    const batches = all([{ dataset, batchSize: 8, mixLabels: true }])
    const rare = batches.map(({ examples }) => examples.filter(({ label }) => label === 1).length)
    expect(Math.max(...rare)).toBe(1)
    expect(ofOneLabel(batches)).toBe(128 - 32)
  })

  test('labels that are all equal change nothing', () => {
    const source = { dataset: pairs(100, () => 1), batchSize: 8 }
    expect(all([{ ...source, mixLabels: true }])).toEqual(all([source]))
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
