import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Matrix, similarityOf } from 'yuju'
import { detectCommunities, findDuplicates, mineHardNegatives, mineParaphrases } from 'yuju/mining'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES, readJson } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

/** What sentence-transformers finds; see make_mining.py beside it. */
const GOLDEN = readJson<{
  readonly dimensions: number
  readonly vectors: readonly (readonly number[])[]
  readonly paraphrases: readonly {
    readonly options: { readonly top_k: number; readonly max_pairs: number }
    readonly pairs: readonly (readonly [number, number, number])[]
  }[]
  readonly communities: readonly {
    readonly threshold: number
    readonly min_community_size: number
    readonly groups: readonly (readonly number[])[]
  }[]
  readonly pairs: readonly (readonly [anchor: number, positive: number])[]
  readonly corpus: readonly number[]
  readonly negatives: readonly {
    readonly options: Readonly<Record<string, number>>
    readonly triplets: readonly (readonly number[])[]
  }[]
}>(join(FIXTURES, 'mining/mining.json'))

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  const dimensions = rows[0]?.length ?? 0
  return { data: Float32Array.from(rows.flat()), rows: rows.length, dimensions }
}

const VECTORS = matrixOf(GOLDEN.vectors)
const selected = (rows: readonly number[]) => matrixOf(rows.map((row) => GOLDEN.vectors[row] ?? []))

describe('what sentence-transformers finds', () => {
  test.each(GOLDEN.paraphrases)('paraphrases, $options', async ({ options, pairs }) => {
    const { top_k: perText, max_pairs: maxPairs } = options
    const found = await mineParaphrases(VECTORS, { perText, maxPairs })
    expect(found.map(({ first, second }) => [first, second])).toEqual(
      pairs.map(([first, second]) => [first, second]),
    )
    found.forEach(({ score }, at) => {
      expect(Math.abs(score - (pairs[at]?.[2] ?? 0))).toBeLessThan(2e-6)
    })
  })

  test.each(GOLDEN.communities)('communities, $threshold, $min_community_size', async (golden) => {
    const { threshold, min_community_size: minSize, groups } = golden
    expect(await detectCommunities(VECTORS, { threshold, minSize })).toEqual(groups)
  })

  test.each(GOLDEN.negatives)('hard negatives, $options', async ({ options, triplets }) => {
    const anchors = [...new Set(GOLDEN.pairs.map(([anchor]) => anchor))]
    const corpus = [...new Set([...GOLDEN.corpus, ...GOLDEN.pairs.map(([, positive]) => positive)])]
    const positives = anchors.map((anchor) => {
      const own = GOLDEN.pairs.filter((pair) => pair[0] === anchor)
      return [...new Set(own.map((pair) => corpus.indexOf(pair[1])))]
    })
    const names = {
      num_negatives: 'count',
      range_min: 'rangeMin',
      range_max: 'rangeMax',
      absolute_margin: 'margin',
      relative_margin: 'relativeMargin',
      min_score: 'minScore',
      max_score: 'maxScore',
    }
    const renamed = Object.entries(names).flatMap(([theirs, ours]) => {
      return theirs in options ? [[ours, options[theirs]]] : []
    })
    const texts = { anchors: selected(anchors), corpus: selected(corpus), positives }
    const mined = await mineHardNegatives(texts, Object.fromEntries(renamed))
    const ours = mined.flatMap((anchor, at) =>
      anchor.positives.flatMap((positive) =>
        anchor.negatives.map(({ id }) => [anchors[at], corpus[positive.id], corpus[id]]),
      ),
    )
    expect(ours).toEqual(triplets)
  })
})

/** More rows than a tile has, so that tiles meet in the middle; a third repeats others closely. */
function manyVectors(rows: number, dimensions: number): Matrix {
  const data = new Float32Array(rows * dimensions)
  let state = 1
  for (let i = 0; i < data.length; i += 1) {
    state = (state * 48271) % 2147483647
    const noise = state / 2147483647 - 0.5
    const row = Math.floor(i / dimensions)
    const source = (row * 17) % 701
    const repeats = row % 3 === 0 && source < row
    data[i] = repeats ? (data[source * dimensions + (i % dimensions)] ?? 0) + noise / 5 : noise
  }
  return { data, rows, dimensions }
}

describe('more rows than one tile', () => {
  const vectors = manyVectors(2300, 6)
  const at = (row: number) => vectors.data.subarray(row * 6, row * 6 + 6)
  const cosine = (a: number, b: number) => similarityOf('cosine', at(a), at(b))

  test('every pair above the threshold is found', async () => {
    const expected: string[] = []
    for (let a = 0; a < vectors.rows; a += 1) {
      for (let b = a + 1; b < vectors.rows; b += 1)
        if (cosine(a, b) >= 0.99) expected.push(`${a},${b}`)
    }
    const found = await mineParaphrases(vectors, { threshold: 0.99 })
    expect(found.map(({ first, second }) => `${first},${second}`).sort()).toEqual(expected.sort())
    expect(expected.length).toBeGreaterThan(150)
    const best = await mineParaphrases(vectors, { threshold: 0.99, maxPairs: 100 })
    expect(best).toEqual(found.slice(0, 100))
  })

  test('what stays is unlike, and what went is like something that stays', async () => {
    const found = await findDuplicates(vectors, { threshold: 0.99 })
    const expected: number[] = []
    const gone = new Set<number>()
    for (let row = 0; row < vectors.rows; row += 1) {
      const earlier = Array.from({ length: row }, (_, of) => of).filter((of) => !gone.has(of))
      if (!earlier.some((of) => cosine(row, of) >= 0.99)) continue
      gone.add(row)
      expected.push(row)
    }
    expect(found.map(({ row }) => row)).toEqual(expected)
    for (const { row, of, score } of found) {
      expect(gone.has(of)).toBe(false)
      expect(score).toBeCloseTo(cosine(row, of), 5)
    }
  })

  test('members are near their centre and in one group', async () => {
    const groups = await detectCommunities(vectors, { threshold: 0.95, minSize: 3 })
    const members = groups.flat()
    expect(new Set(members).size).toBe(members.length)
    expect(groups.length).toBeGreaterThan(10)
    for (const [centre = 0, ...others] of groups) {
      for (const row of others) expect(cosine(centre, row)).toBeGreaterThan(0.95 - 1e-6)
    }
  })

  test('the nearest of the whole corpus', async () => {
    const anchors = { data: at(5), rows: 1, dimensions: 6 }
    const texts = { anchors, corpus: vectors, positives: [[8]], own: [5] }
    const [mined] = await mineHardNegatives(texts, { count: 4 })
    const order = Array.from({ length: vectors.rows }, (_, row) => row)
      .filter((row) => row !== 5 && row !== 8)
      .sort((a, b) => cosine(5, b) - cosine(5, a))
    expect(mined?.negatives.map(({ id }) => id)).toEqual(order.slice(0, 4))
  })
})

describe('refusals', () => {
  test('broken vectors, different models, options out of range', async () => {
    const broken = { data: Float32Array.of(1, 2, Number.NaN, 1), rows: 2, dimensions: 2 }
    await expect(findDuplicates(broken)).rejects.toThrow('the vector of row 1 (from 0) holds NaN')
    await expect(findDuplicates(VECTORS, { threshold: 1.5 })).rejects.toThrow('from -1 to 1')
    await expect(mineParaphrases(VECTORS, { maxPairs: 0 })).rejects.toThrow('whole number from 1')
    const corpus = { data: new Float32Array(3), rows: 1, dimensions: 3 }
    const texts = { anchors: VECTORS, corpus, positives: GOLDEN.vectors.map(() => [0]) }
    await expect(mineHardNegatives(texts)).rejects.toThrow('but have 8 and 3')
    const none = { anchors: VECTORS, corpus: VECTORS, positives: [[]] }
    await expect(mineHardNegatives(none)).rejects.toThrow('anchor 0 (from 0) has no positive')
  })

  test('an aborted signal ends the work', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(mineParaphrases(VECTORS, { signal })).rejects.toThrow('enough')
  })
})

describe('no texts, or one', () => {
  test.each([0, 1])('%i rows', async (rows) => {
    const few = { data: new Float32Array(rows * 4).fill(1), rows, dimensions: 4 }
    expect(await mineParaphrases(few)).toEqual([])
    expect(await mineParaphrases(few, { perText: 2 })).toEqual([])
    expect(await findDuplicates(few)).toEqual([])
    expect(await detectCommunities(few, { minSize: 2 })).toEqual([])
  })
})

const TINY = join(FIXTURES, 'models/tiny-bert-zh')

function inputFile(name: string, lines: readonly string[]): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

async function succeed(...words: readonly string[]) {
  const { code, stdout, stderr } = await yuju(...words, '--model', TINY)
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return { lines: stdout.trimEnd().split('\n'), stderr }
}

describe('the commands', () => {
  const texts = ['花呗怎么还款', '今天天气真不错', '花呗怎么还款', '花呗怎么还款？', '打开微信']

  test('mine prints the most similar pairs', async () => {
    const words = ['--input', inputFile('texts.txt', texts), '--max-pairs', '2', '--json']
    const { lines } = await succeed('mine', ...words)
    expect(lines).toHaveLength(2)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      ...{ score: 1, text1: texts[0], text2: texts[2], row1: 0, row2: 2 },
    })
  })

  test('mine --find duplicates keeps the first and tells what went', async () => {
    const [output, removed] = ['kept.txt', 'gone.tsv'].map((name) => join(temporaryFolder(), name))
    const words = ['--find', 'duplicates', '--threshold', '0.999', '--output', output ?? '']
    const files = ['--removed', removed ?? '', '--input', inputFile('texts.txt', texts)]
    const { stderr } = await succeed('mine', ...words, ...files)
    expect(readFileSync(output ?? '', 'utf8')).toBe(
      `${texts.filter((_, row) => row !== 2).join('\n')}\n`,
    )
    expect(readFileSync(removed ?? '', 'utf8')).toBe(`1\t${texts[2]}\t${texts[0]}\t2\t0\n`)
    expect(stderr).toBe('1 of 5 texts were near-duplicates of an earlier one\n')
  })

  test('mine --find negatives writes triplets', async () => {
    const pairs = ['花呗怎么还款\t花呗如何还钱', '花呗怎么还款\t怎么还花呗', '天气\t今天天气']
    const words = ['--find', 'negatives', '--negatives', '1', '--json']
    const { lines } = await succeed('mine', ...words, '--input', inputFile('pairs.tsv', pairs))
    const triplets = lines.map((line) => JSON.parse(line))
    expect(triplets.map(({ anchor, positive }) => `${anchor}\t${positive}`)).toEqual(pairs)
    expect(triplets[0]?.negative).toBe('今天天气')
    expect(['花呗如何还钱', '怎么还花呗']).toContain(triplets[2]?.negative)
  })

  test('cluster prints the groups', async () => {
    const words = [
      '--input',
      inputFile('texts.txt', texts),
      '--min-size',
      '2',
      '--threshold',
      '0.999',
    ]
    const { lines, stderr } = await succeed('cluster', ...words)
    expect(lines).toEqual([`1\t${texts[0]}\t0`, `1\t${texts[2]}\t2`])
    expect(stderr).toBe('1 groups hold 2 of 5 texts\n')
  })

  test.each([
    [['mine'], 2, '--input is missing'],
    [['mine', '--input', 'a.txt', '--threshold', 'much'], 2, '--threshold must be a number'],
    [
      ['mine', '--input', 'a.tsv', '--find', 'negatives', '--columns', '1'],
      2,
      '2 names or indexes',
    ],
    [['mine', '--input', '/missing.txt'], 1, 'there is no file /missing.txt'],
    [['cluster', '--input', 'a.txt', '--min-size', 'x'], 2, '--min-size must be a whole number'],
  ])('%j: exit code %i', async (words, expected, message) => {
    const { code, stdout, stderr } = await yuju(...words, '--model', TINY)
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toContain(message)
  })
})
