import { readdir } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { InputError } from '../errors/index.ts'
import {
  type ColumnChoice,
  locationText,
  type Row,
  readRows,
  TEXT_FORMATS,
  textFormatOf,
} from '../files/index.ts'

/** Queries, what is searched, and what should be found. */
export interface RetrievalData {
  /** By id. */
  readonly queries: ReadonlyMap<string, string>
  /** By id. */
  readonly corpus: ReadonlyMap<string, string>
  /** For each query the gains of its relevant documents, by id; all above 0. */
  readonly relevance: ReadonlyMap<string, ReadonlyMap<string, number>>
}

/** The three files of a retrieval set. */
export interface RetrievalFiles {
  /** Rows of id and text: `_id` or `id`, and `text`. */
  readonly queries: string
  /** As queries. */
  readonly corpus: string
  /** Rows of query id, document id and gain: `query-id`, `corpus-id`, `score`. */
  readonly relevance: string
  /** The first row of tsv and csv holds these names; else columns stand in this order. Default false. */
  readonly header?: boolean
}

const TEXT_COLUMNS: readonly ColumnChoice[] = [['_id', 'id'], 'text']
const RELEVANCE_COLUMNS: readonly ColumnChoice[] = [
  ['query-id', 'query_id', 'query'],
  ['corpus-id', 'corpus_id', 'document'],
  ['score', 'gain', 'label'],
]

/**
 * Reads retrieval data, from any format that texts are read from (BEIR's jsonl and tsv among them).
 * Gains of 0 say that a document is irrelevant, which the others are too.
 * @throws InputError when a file is missing, empty or malformed, an id occurs twice or is not
 *   there, or a gain is not a number from 0; file and line are named.
 */
export async function loadRetrieval(files: RetrievalFiles): Promise<RetrievalData> {
  const { header = false } = files
  const queries = await readTextsById(files.queries, header)
  const corpus = await readTextsById(files.corpus, header)
  const relevance = new Map<string, Map<string, number>>()
  for await (const row of rowsOf(files.relevance, RELEVANCE_COLUMNS, header)) {
    const [query = '', document = '', label = ''] = row.cells.map(String)
    requireKnown(query, queries, row)
    requireKnown(document, corpus, row)
    const gain = gainOf(label, row)
    if (gain === 0) continue
    const gains = relevance.get(query) ?? new Map<string, number>()
    relevance.set(query, gains.set(document, gain))
  }
  return { queries, corpus, relevance }
}

function rowsOf(path: string, names: readonly ColumnChoice[], header: boolean) {
  const format = textFormatOf(path)
  const isNamed = header || (format !== 'tsv' && format !== 'csv')
  return readRows(path, { columns: isNamed ? names : names.map((_, index) => index) })
}

async function readTextsById(path: string, header: boolean): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for await (const { cells, location } of rowsOf(path, TEXT_COLUMNS, header)) {
    const [id = '', text = ''] = cells.map(String)
    if (texts.has(id)) {
      const message = `${locationText(location)}: the id ${JSON.stringify(id)} was there before`
      throw new InputError('retrieval-id-twice', message, { facts: { id, file: path } })
    }
    texts.set(id, text)
  }
  return texts
}

function requireKnown(id: string, texts: ReadonlyMap<string, string>, { location }: Row): void {
  if (texts.has(id)) return
  const message = `${locationText(location)}: there is no text with the id ${JSON.stringify(id)}`
  throw new InputError('retrieval-id-unknown', message, { facts: { id, file: location.name } })
}

function gainOf(label: string, { location }: Row): number {
  const gain = label.trim() === '' ? Number.NaN : Number(label)
  if (gain >= 0 && Number.isFinite(gain)) return gain
  throw new InputError(
    'input-label',
    `${locationText(location)}: the gain must be a number from 0, but is ${JSON.stringify(label)}`,
    { facts: { file: location.name, line: location.line, label } },
  )
}

/** Retrieval data with the name that reports call it. */
export interface RetrievalSet extends RetrievalData {
  readonly name: string
}

/** A file of one of these names, without its ending, in a folder of retrieval data. */
const NAMES = { queries: ['queries'], corpus: ['corpus'], relevance: ['relevance', 'qrels/test'] }

/**
 * Reads a folder of retrieval data, called by the folder's name: `queries`, `corpus` and `relevance`
 * in any format that texts are read from, tsv and csv without a row of names; or as BEIR lays it
 * out, `queries.jsonl`, `corpus.jsonl` and `qrels/test.tsv`.
 * @throws InputError when a file is missing, and as `loadRetrieval`.
 */
export async function loadRetrievalSet(folder: string): Promise<RetrievalSet> {
  const relevance = await find(folder, NAMES.relevance)
  const files = {
    queries: await find(folder, NAMES.queries),
    corpus: await find(folder, NAMES.corpus),
    relevance,
    header: relevance.startsWith(join(folder, 'qrels')),
  }
  return { name: basename(resolve(folder)), ...(await loadRetrieval(files)) }
}

async function find(folder: string, names: readonly string[]): Promise<string> {
  const entries = await readdir(folder, { recursive: true }).catch((): string[] => [])
  const endings = TEXT_FORMATS.flatMap((format) => [`.${format}`, `.${format}.gz`])
  const paths = names.flatMap((name) => endings.map((ending) => name + ending))
  const found = paths.find((path) => entries.includes(path.replace('/', sep)))
  if (found !== undefined) return join(folder, found)
  throw new InputError(
    'retrieval-files',
    `${folder} holds no ${names.map((name) => `${name}.tsv`).join(' or ')} (or another format); ` +
      'expected queries, corpus and relevance',
    { facts: { folder, names } },
  )
}
