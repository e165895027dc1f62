import type { Filter } from '../filter.ts'
import type { MilvusPackage } from '../optional-packages.ts'
import { packSettings, type StoreSettings } from '../store-settings.ts'
import type { MilvusLocation } from './milvus-location.ts'

/** Bytes a text may have. */
export const LONGEST_TEXT = 65_535
export const SETTINGS_PROPERTY = 'yuju.settings'
export const METRICS = { cosine: 'COSINE', dot: 'IP' } as const

/** The collection of a store, and its fields. */
export function collectionOf(
  { DataType, FunctionType }: MilvusPackage,
  { collection }: MilvusLocation,
  settings: StoreSettings,
) {
  const analyzed = { enable_analyzer: true, analyzer_params: { tokenizer: 'standard' } }
  const text = { data_type: DataType.VarChar, max_length: LONGEST_TEXT }
  return {
    collection_name: collection,
    // Milvus Lite forgets descriptions.
    description: packSettings(settings),
    properties: { [SETTINGS_PROPERTY]: packSettings(settings) },
    fields: [
      { name: 'id', data_type: DataType.VarChar, max_length: 512, is_primary_key: true },
      { name: 'text', ...text },
      // Words come segmented already, with spaces between them, as the other stores have them.
      { name: 'words', ...text, ...analyzed },
      { name: 'metadata', data_type: DataType.JSON },
      { name: 'vector', data_type: DataType.FloatVector, dim: settings.dimensions },
      { name: 'sparse', data_type: DataType.SparseFloatVector },
    ],
    functions: [
      {
        name: 'bm25',
        type: FunctionType.BM25,
        input_field_names: ['words'],
        output_field_names: ['sparse'],
        params: {},
      },
    ],
    consistency_level: 'Strong' as const,
  }
}

/** Graphs over float32 vectors, over int8 values, or values of one bit that are scored again. */
export function indexesOf(
  { collection }: MilvusLocation,
  { similarity, precision }: StoreSettings,
) {
  const types = {
    float32: { index_type: 'HNSW', params: { M: 16, efConstruction: 200 } },
    int8: {
      index_type: 'HNSW_SQ',
      params: { M: 16, efConstruction: 200, sq_type: 'SQ8', refine: true, refine_type: 'FP32' },
    },
    binary: {
      index_type: 'IVF_RABITQ',
      params: { nlist: 1024, refine: true, refine_type: 'FP32' },
    },
  } as const
  const vector = { field_name: 'vector', metric_type: METRICS[similarity], ...types[precision] }
  const words = {
    field_name: 'sparse',
    index_type: 'SPARSE_INVERTED_INDEX',
    metric_type: 'BM25',
    params: {},
  }
  return [vector, words].map((index) => ({ collection_name: collection, ...index }))
}

/** The parameters of a search, by the kind of index. */
export function searchParams(precision: StoreSettings['precision'], top: number) {
  switch (precision) {
    case 'float32':
      return { ef: Math.max(64, 2 * top) }
    case 'int8':
      return { ef: Math.max(64, 4 * top), refine_k: 4 }
    case 'binary':
      return { nprobe: 128, refine_k: 10 }
    default:
      return precision satisfies never
  }
}

const SIGNS: Readonly<Record<string, string>> = { '=': '==' }

/** A checked filter as an expression of Milvus over its JSON field `metadata`; '' for nothing. */
export function milvusFilter(filter: Filter): string {
  return filter
    .map(({ column, operator, value }) => {
      const field = `metadata["${column}"]`
      return operator === 'in'
        ? oneOf(field, value)
        : // JSON's strings are Milvus's too.
          `${field} ${SIGNS[operator] ?? operator} ${JSON.stringify(value)}`
    })
    .join(' and ')
}

/** Spelled out, as milvus-lite knows `in` of plain fields only. No value at all is never equal. */
function oneOf(field: string, values: readonly (string | number | boolean)[]): string {
  if (values.length === 0) return `(${field} == 0 and ${field} == 1)`
  return `(${values.map((value) => `${field} == ${JSON.stringify(value)}`).join(' or ')})`
}

/** The SDK's own way to name ids does not escape quotes. */
export function idFilter(ids: readonly string[]): string {
  return `id in ${JSON.stringify(ids)}`
}
