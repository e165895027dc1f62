import { describe, expect, test } from 'vitest'
import { datasetOf } from '../../train/index.ts'
import { holdOut } from './held-out.ts'

function sentences(count: number) {
  const rows = Array.from({ length: count }, (_, i) => [`句子${i}`])
  return datasetOf({ name: 'sentences', kind: 'sentences', rows })
}

function textsOf({
  length,
  example,
}: {
  length: number
  example(i: number): { texts: readonly string[] }
}) {
  return Array.from({ length }, (_, i) => example(i).texts[0] ?? '')
}

describe.each([
  [100, 10],
  [101, 7],
  [1003, 100],
  [57, 5],
])('%i examples of which %i are held out', (length, count) => {
  const dataset = sentences(length)
  const { training, heldOut } = holdOut(dataset, count)
  const left = textsOf({ length: training.length, example: (i) => training.example(i) })

  test('no text is lost, and none is in both', () => {
    expect(heldOut).toHaveLength(count)
    expect(left).toHaveLength(length - count)
    const all = textsOf({ length, example: (i) => dataset.example(i) })
    const kept = heldOut.flatMap(({ texts }) => texts)
    expect([...kept, ...left].sort()).toEqual([...all].sort())
  })

  test('they are spread over the whole', () => {
    const positions = heldOut.map(({ texts: [text = ''] }) => Number(text.slice(2)))
    expect(Math.max(...positions)).toBeGreaterThan(length * 0.7)
    expect(positions).toEqual(positions.toSorted((a, b) => a - b))
  })
})

test('at most a tenth is held out, and of few examples none', () => {
  expect(holdOut(sentences(50), 1000).heldOut).toHaveLength(5)
  const few = sentences(9)
  expect(holdOut(few, 1000)).toEqual({ training: few, heldOut: [] })
})

test('both texts of a pair are held out', () => {
  const rows = Array.from({ length: 20 }, (_, i) => [`甲${i}`, `乙${i}`])
  const { heldOut } = holdOut(datasetOf({ name: 'pairs', kind: 'pairs', rows }), 1)
  expect(heldOut.map(({ texts }) => texts)).toEqual([['甲0', '乙0']])
})
