import type { ParsedArgs } from 'citty'
import type { VectorStore } from '../../search/index.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../command-line.ts'
import { JSON_FLAG } from '../flags.ts'
import { grouped } from '../format.ts'
import type { Shell } from '../shell.ts'
import { FILTER_FLAG, namedStore, STORE_FLAG, storeAccess } from '../store-flags.ts'

const ARGS = {
  ...STORE_FLAG,
  id: { type: 'string', valueHint: 'id', description: 'The text of this id; may be repeated' },
  ...FILTER_FLAG,
  ...JSON_FLAG,
} as const

/** Which texts are removed: by id, or those of which all conditions are true. */
interface Chosen {
  readonly ids: readonly string[]
  readonly conditions: readonly string[]
}

/** Prints how many texts were removed, and how many are left. */
export const deleteCommand = defineCommand(ARGS, async (args, shell, valuesOf) => {
  const [ids, conditions] = [valuesOf('id'), valuesOf('filter')]
  if ((ids.length === 0) === (conditions.length === 0)) {
    throw new UsageError('name texts by --id or by --filter; both may be repeated')
  }
  await deleteTexts(args, { ids, conditions }, shell)
})

async function deleteTexts(
  args: ParsedArgs<typeof ARGS>,
  chosen: Chosen,
  shell: Shell,
): Promise<void> {
  const { openStore } = await import('../../search/index.ts')
  const store = await openStore(namedStore(args.store), storeAccess(shell))
  try {
    const removed = await remove(store, chosen)
    await store.optimize?.()
    const records = await store.count()
    if (args.json) return shell.printJson({ store: args.store, removed, records })
    shell.print(
      `${args.store}: ${grouped(removed)} texts were removed, ${grouped(records)} are left`,
    )
  } finally {
    await store.close()
  }
}

async function remove(store: VectorStore, { ids, conditions }: Chosen): Promise<number> {
  if (conditions.length === 0) {
    const { length } = await store.getTexts(ids)
    await store.delete(ids)
    return length
  }
  const { parseFilter } = await import('../../search/index.ts')
  const filter = parseFilter(conditions, store.settings)
  const count = await store.count(filter)
  await store.deleteWhere(filter)
  return count
}
