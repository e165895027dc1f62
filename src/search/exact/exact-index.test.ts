import { describe, expect, test } from 'vitest'
import { similarityOf } from '../../similarity/index.ts'
import { STORE_PRECISIONS, STORE_SIMILARITIES } from '../constants.ts'
import { ExactIndex, type ExactIndexOptions } from './exact-index.ts'

/** Vectors around some centres, as those of texts are, all to one side of zero. */
function vectors(count: number, dimensions: number): Float32Array[] {
  let state = 7
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  const centres = Array.from({ length: 20 }, () => Array.from({ length: dimensions }, random))
  return Array.from({ length: count }, (_, i) => {
    const centre = centres[i % centres.length] ?? []
    return Float32Array.from(centre, (value) => 0.3 + value + 0.5 * random())
  })
}

function indexOf(rows: readonly Float32Array[], options: ExactIndexOptions): ExactIndex {
  const index = new ExactIndex(options)
  index.reserve(rows.length)
  index.write(rows.map((vector, row) => ({ row, vector })))
  return index
}

/** What sorting all the scores gives. */
function sorted(query: Float32Array, rows: readonly Float32Array[], similarity: 'cosine' | 'dot') {
  return rows
    .map((vector, id) => ({ id, score: similarityOf(similarity, query, vector) }))
    .sort((a, b) => b.score - a.score || a.id - b.id)
}

describe.each(STORE_SIMILARITIES)('%s', (similarity) => {
  // Widths that fill vectors of 16 bytes and widths that do not, and 1 to 9 rows, which kernels take
  // in fours and twos.
  test.each([1, 3, 8, 31, 64, 130, 384])('float32 of %i dimensions is exact', (dimensions) => {
    for (const count of [1, 2, 3, 4, 5, 9, 5000 / Math.max(1, dimensions >> 3)]) {
      const rows = vectors(Math.floor(count), dimensions)
      const [query = new Float32Array()] = vectors(1, dimensions).map((v) => v.map((x) => x + 0.1))
      const index = indexOf(rows, { dimensions, similarity, precision: 'float32' })
      const found = index.nearest(query, { top: 10 })
      const expected = sorted(query, rows, similarity).slice(0, 10)
      found.forEach(({ id, score }, rank) => {
        expect(score).toBeCloseTo(expected[rank]?.score ?? Number.NaN, 4)
        expect(score).toBeCloseTo(similarityOf(similarity, query, rows[id] ?? query), 4)
      })
      expect(found).toHaveLength(expected.length)
    }
  })

  test.each([
    ['int8', 0.99],
    ['binary', 0.9],
  ] as const)('%s finds what float32 finds: recall@10 of %d', (precision, least) => {
    const rows = vectors(6000, 96)
    const exact = indexOf(rows, { dimensions: 96, similarity, precision: 'float32' })
    const index = indexOf(rows, { dimensions: 96, similarity, precision })
    let found = 0
    for (let i = 0; i < 6000; i += 200) {
      const query = (rows[i] ?? new Float32Array()).map((x, j) => x + 0.1 * Math.sin(i + j))
      const wanted = exact.nearest(query, { top: 10 })
      const got = index.nearest(query, { top: 10 })
      // Scored again in float32, so equal ones have equal scores.
      for (const { id, score } of got) {
        const same = wanted.find((hit) => hit.id === id)
        if (!same) continue
        found += 1
        expect(score).toBeCloseTo(same.score, 5)
      }
    }
    expect(found / 300).toBeGreaterThanOrEqual(least)
  })
})

describe.each(STORE_PRECISIONS)('%s', (precision) => {
  const options = { dimensions: 40, similarity: 'cosine', precision } as const

  test('rows that came one by one, were replaced and removed are as if written at once', () => {
    const rows = vectors(300, 40)
    const index = new ExactIndex(options)
    for (const [row, vector] of [...rows, ...vectors(40, 40)].entries()) {
      index.reserve(row + 1)
      index.write([{ row, vector: vector.map((x) => -x) }])
      index.write([{ row, vector }])
    }
    for (let row = 339; row >= 300; row -= 1) index.remove(row)
    const last = rows.pop()
    index.remove(17)
    if (last) rows[17] = last
    expect(index.rows).toBe(299)
    for (const query of vectors(20, 40)) {
      const [best] = index.nearest(query, { top: 1 })
      expect(best?.id).toBe(sorted(query, rows, 'cosine')[0]?.id)
    }
    expect(index.vector(17)).toEqual(last)
  })

  test('a filter excludes rows, and nothing else', () => {
    const rows = vectors(500, 40)
    const index = indexOf(rows, options)
    const [query = new Float32Array()] = rows
    const found = index.nearest(query, { top: 500, accepts: (row) => row % 3 === 1 })
    expect(found.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
      [...rows.keys()].filter((row) => row % 3 === 1),
    )
  })

  test('a vector of zeros is like nothing', () => {
    const index = indexOf([...vectors(3, 40), new Float32Array(40)], options)
    const [first = new Float32Array()] = vectors(1, 40)
    expect(index.nearest(first, { top: 4 }).find(({ id }) => id === 3)?.score).toBe(0)
    expect(index.nearest(new Float32Array(40), { top: 4 }).every((hit) => hit.score === 0)).toBe(
      true,
    )
  })

  test('without rows nothing is found', () => {
    expect(new ExactIndex(options).nearest(new Float32Array(40), { top: 4 })).toEqual([])
  })
})
