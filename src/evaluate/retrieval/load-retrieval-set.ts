import { readdir } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { InputError } from '../../errors/index.ts'
import { TEXT_FORMATS } from '../../files/index.ts'
import { loadRetrieval, type RetrievalData } from './retrieval-data.ts'

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
