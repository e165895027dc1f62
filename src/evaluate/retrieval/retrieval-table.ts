import type { Table } from '../../tables/index.ts'
import type { RetrievalSetResult } from './evaluate-retrieval.ts'

/** A model's results on retrieval sets. */
export interface RetrievalModel {
  readonly model: string
  readonly retrieval: readonly RetrievalSetResult[]
}

/** Models beside each other on each retrieval set. */
export function retrievalTable(models: readonly RetrievalModel[]): Table {
  const sets = models[0]?.retrieval.map(({ set }) => set) ?? []
  const rows = sets.flatMap((_, index) =>
    models.flatMap(({ model, retrieval }) => {
      const result = retrieval[index]
      return result ? [cellsOf(model, result)] : []
    }),
  )
  return {
    title: 'Search: all times 100, over the queries to which something is relevant',
    columns: [
      ...['set', 'queries', 'documents', 'model', 'nDCG@10', '95 % interval'],
      ...['MRR@10', 'recall@1', '@10', '@100'],
    ],
    rows,
  }
}

function cellsOf(model: string, result: RetrievalSetResult): string[] {
  const { set, queries, documents, ndcg10, interval } = result
  const { mrr10, recall1, recall10, recall100 } = result
  const points = (value: number) => value.toFixed(2)
  return [
    ...[set, String(queries), String(documents), model, points(ndcg10)],
    `${points(interval[0])} to ${points(interval[1])}`,
    ...[mrr10, recall1, recall10, recall100].map(points),
  ]
}
