import { createHash } from 'node:crypto'
import type { VectorStore } from './vector-store.ts'

/** The id of a text without one: 128 bits of SHA-256. Two of 10¹² texts share one with a chance below 10⁻¹⁴. */
export function textId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Records that are looked at. */
const SAMPLE = 20

/**
 * Why texts that a store has would be added once more: they have ids of their own and are to get none,
 * or the other way round. Undefined where that is not so, as far as a few records tell.
 * @param hasIds whether the texts to be added have ids of their own
 */
export async function idConflict(store: VectorStore, hasIds: boolean): Promise<string | undefined> {
  const sample = await store.getTexts(await firstIds(store))
  const named = sample.find(({ id, text }) => id !== textId(text))
  if (sample.length === 0 || hasIds === (named !== undefined)) return undefined
  const [there, asked] = named
    ? [`ids of their own (such as ${JSON.stringify(named.id)})`, 'without ids']
    : ['no ids of their own, but hashes', 'with ids']
  return (
    `the texts of the store have ${there}: added ${asked}, texts that are there already will be ` +
    'there twice'
  )
}

async function firstIds(store: VectorStore): Promise<readonly string[]> {
  for await (const ids of store.ids()) return ids.slice(0, SAMPLE)
  return []
}
