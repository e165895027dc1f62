import { InputError } from '../../errors/index.ts'
import {
  type ColumnChoice,
  placeText,
  type Row,
  readRows,
  textFormatOf,
} from '../../files/index.ts'

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
 *   there, or a gain is no number from 0; file and line are named.
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
  for await (const { cells, place } of rowsOf(path, TEXT_COLUMNS, header)) {
    const [id = '', text = ''] = cells.map(String)
    if (texts.has(id)) {
      const message = `${placeText(place)}: the id ${JSON.stringify(id)} was there before`
      throw new InputError('retrieval-id-twice', message, { facts: { id, file: path } })
    }
    texts.set(id, text)
  }
  return texts
}

function requireKnown(id: string, texts: ReadonlyMap<string, string>, { place }: Row): void {
  if (texts.has(id)) return
  const message = `${placeText(place)}: there is no text with the id ${JSON.stringify(id)}`
  throw new InputError('retrieval-id-unknown', message, { facts: { id, file: place.name } })
}

function gainOf(label: string, { place }: Row): number {
  const gain = label.trim() === '' ? Number.NaN : Number(label)
  if (gain >= 0 && Number.isFinite(gain)) return gain
  throw new InputError(
    'input-label',
    `${placeText(place)}: the gain must be a number from 0, but is ${JSON.stringify(label)}`,
    { facts: { file: place.name, line: place.line, label } },
  )
}
