// biome-ignore-all lint/suspicious/noConsole: what it prints is its result
// Writes questions with the passage that answers each and one that nearly does: triplets.tsv, for
// distilling how teachers rank them. The near one is drawn from the eight passages nearest to the
// question by both search teachers, the answers left out.
// node recipes/make-search-triplets.mjs FOLDER MODELS OUTPUT    as ../shared/data, ../shared/models
import { join } from 'node:path'
import { SentenceEncoder } from 'yuju'
import { mineHardNegatives } from 'yuju/mining'
import { seeded } from './seeded.mjs'
import { readTable, writeTable } from './tables.mjs'

const [folder, models, output] = process.argv.slice(2)
if (!folder || !models || !output) {
  console.error('usage: node recipes/make-search-triplets.mjs FOLDER MODELS OUTPUT')
  process.exit(2)
}

/** Questions about people, places, works and events, as an encyclopedia answers them. */
const SOURCES = /^(cmrc-|kdconv|c3-nc|ntrex-news)/
const FILES = ['pairs.tsv.gz', 'pairs-cmrc-rest.tsv.gz']
/** Characters of a passage: what fits the length that is trained at. */
const LONGEST = 340
const NEAREST = 8
const TEACHERS = [
  { model: 'e5-small-zh', query: 'query: ', document: 'passage: ', weight: 8 },
  { model: 'bge-small-zh-v1.5', query: '', document: '', weight: 1 },
]

const rows = FILES.flatMap((name) => readTable(join(folder, 'retrieval/train', name)))
const pairs = rows.filter(
  ([, passage, source]) => SOURCES.test(source) && passage.length <= LONGEST,
)
const passages = [...new Set(pairs.map(([, passage]) => passage))]
const rowOf = new Map(passages.map((passage, row) => [passage, row]))
const vectors = await encodeAll(pairs.map(([query]) => query))
const positives = pairs.map(([, passage]) => [rowOf.get(passage)])
const found = await mineHardNegatives({ ...vectors, positives }, { count: NEAREST })

const random = seeded(1)
const triplets = found.map(({ negatives }, index) => {
  const { id } = negatives[Math.floor(random() * negatives.length)]
  return [...pairs[index].slice(0, 2), passages[id]]
})
writeTable(join(output, 'triplets.tsv'), triplets)

/** The vectors of all teachers side by side: their cosine is the weighted mean of the teachers'. */
async function encodeAll(queries) {
  const [anchors, corpus] = [[], []]
  for (const { model, query, document, weight } of TEACHERS) {
    const encoder = await SentenceEncoder.load(join(models, model))
    const options = { normalize: true, truncate: 'silent' }
    anchors.push([await encoder.encode(queries, { ...options, prompt: query }), weight])
    corpus.push([await encoder.encode(passages, { ...options, prompt: document }), weight])
    await encoder.dispose()
    console.log(`${model}: ${queries.length} questions, ${passages.length} passages`)
  }
  return { anchors: joined(anchors), corpus: joined(corpus) }
}

function joined(parts) {
  const [{ rows }] = parts[0]
  const dimensions = parts.reduce((sum, [part]) => sum + part.dimensions, 0)
  const data = new Float32Array(rows * dimensions)
  let offset = 0
  for (const [part, weight] of parts) {
    for (let row = 0; row < rows; row += 1) {
      const vector = part.data.subarray(row * part.dimensions, (row + 1) * part.dimensions)
      data.set(
        vector.map((x) => x * Math.sqrt(weight)),
        row * dimensions + offset,
      )
    }
    offset += part.dimensions
  }
  return { data, rows, dimensions }
}
