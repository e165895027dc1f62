import { RuntimeError } from '../errors/index.ts'
import { GRAPH_NAMES } from '../model/index.ts'
import type { Session, Tensor } from '../runtime/portable.ts'
import { type BatchLayout, type BatchRow, batchTensors } from './batch-tensors.ts'
import { type BatchLimits, formBatches } from './batching.ts'
import { nextTurn } from './next-turn.ts'

/** How long preparing batches may hold up the program's other work, in milliseconds. */
const TURN_MILLISECONDS = 2

/** Up to so many items are worked on at once, without a turn for others first. */
const FEW_ITEMS = 64

export interface BatchRun {
  readonly output: keyof Pick<typeof GRAPH_NAMES, 'tokenVectors' | 'sentenceVectors'>
  readonly limits: BatchLimits
  readonly signal: AbortSignal | undefined
  /** Takes the result of a batch: the tensor and the numbers of its rows. */
  readonly take: (tensor: Tensor & { readonly type: 'float32' }, rows: readonly number[]) => void
}

/** Runs rows through a session in batches of similar length. */
export async function runBatches(
  session: Session,
  rows: readonly BatchRow[],
  { layout, run }: { readonly layout: BatchLayout; readonly run: BatchRun },
): Promise<void> {
  const lengths = rows.map(({ ids }) => ids.length)
  const ahead: Promise<void>[] = []
  const batches = formBatches(lengths, run.limits)
  const tokens = lengths.reduce((sum, length) => sum + length, 0)
  const job = { runs: batches.length, tokens }
  try {
    for (const batch of batches) {
      run.signal?.throwIfAborted()
      const inputs = batchTensors(selectRows(rows, batch), layout)
      const output = session.run(inputs, GRAPH_NAMES[run.output], job)
      ahead.push(
        output.then((tensor) => {
          if (tensor.type !== 'float32') return
          requireFinite(tensor.data)
          run.take(tensor, batch)
        }),
      )
      if (ahead.length >= session.ahead) await ahead.shift()
    }
    while (ahead.length > 0) await ahead.shift()
    run.signal?.throwIfAborted()
  } finally {
    // After an error the answers still due must not become unhandled rejections.
    await Promise.allSettled(ahead)
  }
}

/** A model can be made of finite numbers and still come to others, which nothing can be done with. */
function requireFinite(numbers: Float32Array): void {
  for (let i = 0; i < numbers.length; i += 1) {
    if (Number.isFinite(numbers[i])) continue
    throw new RuntimeError(
      'vectors-not-finite',
      `the model computes ${numbers[i]} where a number of a vector belongs; its weights or its ` +
        'config.json are damaged, or out of all proportion',
      { facts: { value: numbers[i] } },
    )
  }
}

function selectRows(rows: readonly BatchRow[], batch: readonly number[]): BatchRow[] {
  return batch.flatMap((index) => rows[index] ?? [])
}

/** Applies `work` to every item, giving other work of the program a turn now and then. */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Result,
  signal: AbortSignal | undefined,
): Promise<Result[]> {
  const results: Result[] = []
  if (items.length > FEW_ITEMS) await nextTurn()
  let turnStart = performance.now()
  for (const [index, item] of items.entries()) {
    results.push(work(item, index))
    if (performance.now() - turnStart < TURN_MILLISECONDS) continue
    await nextTurn()
    signal?.throwIfAborted()
    turnStart = performance.now()
  }
  return results
}
