import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Embeddings } from './embeddings.ts'
import { outputRangesOf, quantizeEmbeddings } from './quantization.ts'

type Rows = readonly (readonly number[])[]

/** Written with sentence-transformers 6.2.0. */
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../test/fixtures/quantization.json'), 'utf8'),
) as Record<string, Rows>

function embeddingsOf(rows: Rows): Embeddings {
  return {
    data: Float32Array.from(rows.flat()),
    rows: rows.length,
    dimensions: rows[0]?.length ?? 0,
    tokens: new Int32Array(rows.length),
    truncated: new Int32Array(rows.length),
  }
}

const embeddings = embeddingsOf(golden.embeddings ?? [])

describe('as sentence-transformers quantises', () => {
  test.each(['int8', 'uint8', 'binary', 'ubinary'] as const)('%s', (output) => {
    expect([...quantizeEmbeddings(embeddings, output).data]).toEqual(golden[output]?.flat())
  })

  test.each(['int8', 'uint8'] as const)('%s with given ranges', (output) => {
    const [smallest = [], largest = []] = golden.ranges ?? []
    const ranges = { smallest: Float32Array.from(smallest), largest: Float32Array.from(largest) }
    const { data } = quantizeEmbeddings(embeddings, output, ranges)
    expect([...data]).toEqual(golden[`${output}_ranges`]?.flat())
  })
})

test('ranges are the extremes of each dimension', () => {
  const { smallest, largest } = outputRangesOf(
    embeddingsOf([
      [1, -2],
      [-3, 4],
      [2, 0],
    ]),
  )
  expect([...smallest]).toEqual([-3, -2])
  expect([...largest]).toEqual([2, 4])
  expect(() => outputRangesOf(embeddingsOf([]))).toThrow('at least one embedding')
})

test('values outside the ranges are clamped, not wrapped', () => {
  const ranges = { smallest: Float32Array.of(0, 0), largest: Float32Array.of(1, 1) }
  const outside = embeddingsOf([[-5, 5]])
  expect([...quantizeEmbeddings(outside, 'uint8', ranges).data]).toEqual([0, 255])
  expect([...quantizeEmbeddings(outside, 'int8', ranges).data]).toEqual([-128, 127])
})

test('a dimension without any range has steps of 1', () => {
  const columns = embeddingsOf([
    [2, 0],
    [2, 255],
  ])
  expect([...quantizeEmbeddings(columns, 'uint8').data]).toEqual([0, 0, 0, 255])
})

test('bits fill whole bytes row by row', () => {
  const { data } = quantizeEmbeddings(
    embeddingsOf([
      [1, 0, 1, 0, 0, 0, 0, 0, 1],
      [0, 1, 0, 0, 0, 0, 0, 0, 0],
    ]),
    'ubinary',
  )
  expect([...data]).toEqual([0b10100000, 0b10000000, 0b01000000, 0])
})

test('ranges of other dimensions are refused', () => {
  const ranges = { smallest: new Float32Array(3), largest: new Float32Array(3) }
  expect(() => quantizeEmbeddings(embeddings, 'int8', ranges)).toThrow('the 16 dimensions')
})
