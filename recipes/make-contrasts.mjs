// biome-ignore-all lint/suspicious/noConsole: what it prints is its result
// Writes triplets whose negative shares almost every word with its anchor, which labelled data
// lacks and which decides pawsx, lcqmc and xiaobu: in a true paraphrase, or in a sentence with its
// clauses or the words of "a and b" turned round, two words change places or one becomes another of
// its kind. OUTPUT gets triplets.tsv and pairs.tsv, in which such a negative is worth 0.75, and another
// sentence 0. Sentences are also taken from passages, which tell more of who did what.
// node recipes/make-contrasts.mjs FOLDER OUTPUT    FOLDER as ../shared/data
import { join } from 'node:path'
import { seeded } from './seeded.mjs'
import { readTable, writeTable } from './tables.mjs'

const [folder, output] = process.argv.slice(2)
if (!folder || !output) {
  console.error('usage: node recipes/make-contrasts.mjs FOLDER OUTPUT')
  process.exit(2)
}

/** Sources whose sentences tell of several things, so that their order matters. */
const NARRATIVE = /^(bucc_zh|luge_pawsx_zh_test|cmrc_context|csl_abstract|tnews|ocnli|csts_train)$/
/** Sources of passages about people, places and events. */
const TOLD = /^(cmrc-|c3-|kdconv|gushiwen|ntrex-news|old-novels|laws-)/
/** Sources of positives; `weakpos` has 40,000 of one kind, of which every fourth will do. */
const PARAPHRASES = /^(simclue|fewclue_bustm|csts_train|chinese_sts|flickr8kcn_mt)/
const COORDINATION = /^[和与及或、跟同,，/]+$/
const MOST_OF_A_SOURCE = 12000
const MERGED = 'train/merged'
const PASSAGES = [
  'retrieval/train/passages.tsv.gz',
  'retrieval/train/pairs.tsv.gz',
  'retrieval/train/pairs-cmrc-rest.tsv.gz',
]
/** What a sentence is worth that differs in a word: less than a paraphrase, more than any other. */
const ALMOST = 0.75

const random = seeded(1)
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
const words = new Map()
const rows = []

for (const [first, second, label, , source] of readTable(
  join(folder, `${MERGED}/pairs_clean.tsv.gz`),
)) {
  if (!PARAPHRASES.test(source) || Number(label) < (source === 'csts_train' ? 4 : 1)) continue
  if (source === 'flickr8kcn_mt' && random() > 0.25) continue
  remember(second, source)
  rows.push({ anchor: first, positive: second, source })
}
const taken = new Map()
for (const [sentence, source] of readTable(join(folder, `${MERGED}/sentences_clean.tsv.gz`))) {
  if (NARRATIVE.test(source)) addReworded(sentence, source)
}
const seen = new Set()
for (const path of PASSAGES) {
  for (const row of readTable(join(folder, path))) {
    const [passage, source] = row.slice(-2)
    if (!TOLD.test(source) || seen.has(passage)) continue
    seen.add(passage)
    const sentences = passage.split(/(?<=[。！？])/)
    addReworded(pick(sentences), source)
    addReworded(pick(sentences), source)
  }
}

/** Takes a sentence that tells something, and a way to say the same in other words. */
function addReworded(sentence, source) {
  remember(sentence, source)
  const count = taken.get(source) ?? 0
  const length = [...sentence].length
  if (length < 10 || length > 60 || count >= MOST_OF_A_SOURCE) return
  const positive = reworded(sentence)
  if (!positive) return
  taken.set(source, count + 1)
  rows.push({ anchor: sentence, positive, source })
}

const triplets = []
for (const { anchor, positive, source } of rows) {
  const swapsFirst = random() < 0.6
  const negative = swapsFirst
    ? (swapped(positive) ?? replaced(positive, anchor, source))
    : (replaced(positive, anchor, source) ?? swapped(positive))
  if (negative && negative !== positive && negative !== anchor) {
    triplets.push([anchor, positive, negative, source])
  }
}
shuffle(triplets)
writeTable(join(output, 'triplets.tsv'), triplets)
writeTable(
  join(output, 'pairs.tsv'),
  triplets.flatMap(([anchor, positive, negative], at) => {
    const [other = ''] = triplets[(at + 1) % triplets.length]
    return [
      [anchor, positive, 1],
      [anchor, negative, ALMOST],
      [anchor, other, 0],
    ]
  }),
)

function segments(text) {
  return [...segmenter.segment(text)].map(({ segment }) => segment)
}

/** The kind within which words are exchanged; none for words that say little. */
function kindOf(word) {
  if (/^[\d.]+$/.test(word)) return 'number'
  if (/^[A-Za-z][\w'-]+$/.test(word)) return 'latin'
  if (/^\p{Script=Han}+$/u.test(word) && [...word].length >= 2)
    return `han${Math.min([...word].length, 4)}`
  return undefined
}

function remember(text, source) {
  for (const word of segments(text)) {
    const kind = kindOf(word)
    if (!kind) continue
    const key = `${source} ${kind}`
    const known = words.get(key)
    if (known) known.push(word)
    else words.set(key, [word])
  }
}

/** Two words of a kind change places; words joined by "and" would say the same. */
function swapped(text) {
  const parts = segments(text)
  const choices = []
  for (let i = 0; i < parts.length; i++) {
    const kind = kindOf(parts[i])
    if (!kind) continue
    for (let j = i + 2; j < parts.length; j++) {
      if (kindOf(parts[j])?.slice(0, 3) !== kind.slice(0, 3) || parts[i] === parts[j]) continue
      if (COORDINATION.test(parts.slice(i + 1, j).join(''))) continue
      choices.push([i, j])
    }
  }
  if (choices.length === 0) return undefined
  const [i, j] = pick(choices)
  const result = [...parts]
  result[i] = parts[j]
  result[j] = parts[i]
  return result.join('')
}

/** "a and b" becomes "b and a". */
function coordinated(text) {
  const parts = segments(text)
  const places = [...parts.keys()].filter((i) => {
    const [before, after] = [parts[i - 1], parts[i + 1]]
    return (
      /^[和与及、]$/.test(parts[i]) &&
      kindOf(before ?? '') &&
      kindOf(before) === kindOf(after ?? '')
    )
  })
  if (places.length === 0) return undefined
  const place = pick(places)
  const result = [...parts]
  result[place - 1] = parts[place + 1]
  result[place + 1] = parts[place - 1]
  return result.join('')
}

/** A word that anchor and positive share becomes another of its kind and source. */
function replaced(text, anchor, source) {
  const parts = segments(text)
  const places = [...parts.keys()].filter((i) => kindOf(parts[i]) && anchor.includes(parts[i]))
  if (places.length === 0) return undefined
  const place = pick(places)
  const others = words.get(`${source} ${kindOf(parts[place])}`) ?? []
  for (let tries = 0; tries < 8; tries++) {
    const other = pick(others)
    if (other !== undefined && !text.includes(other)) {
      return (
        parts.with?.(place, other).join('') ??
        parts.map((x, i) => (i === place ? other : x)).join('')
      )
    }
  }
  return undefined
}

/**
 * Says the same in other words: the words of "a and b" or clauses turned round, or words without
 * content left out.
 */
function reworded(text) {
  const joined = random() < 0.7 ? coordinated(text) : undefined
  if (joined) return joined
  const end = /[。！？.!?]$/.exec(text)?.[0] ?? ''
  const clauses = text.slice(0, text.length - end.length).split(/[，,；;]/)
  const turned =
    clauses.length === 2 && clauses.every((clause) => clause.length >= 4)
      ? `${clauses[1]}，${clauses[0]}${end}`
      : undefined
  const bare = segments(text)
    .filter((word) => !/^[的了在地得，]$/.test(word) || random() < 0.5)
    .join('')
  if (turned && random() < 0.7) return turned
  return bare === text ? turned : bare
}

function pick(list) {
  return list[Math.floor(random() * list.length)]
}

function shuffle(list) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[list[i], list[j]] = [list[j], list[i]]
  }
}
