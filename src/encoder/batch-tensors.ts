import type { Checkpoint } from '../checkpoint/portable.ts'
import { excludesPrompt, GRAPH_NAMES } from '../model/index.ts'
import type { Tensor } from '../runtime/portable.ts'
import type { Tokenizer } from '../tokenizer/index.ts'

/** One row of a batch: the tokens of a text, or of a pair of texts. */
export interface BatchRow {
  readonly ids: Int32Array
  /** Tokens at the start that belong to a prompt. */
  readonly promptLength: number
  /** Segment numbers of a pair. Default: all 0. */
  readonly typeIds?: Int32Array
}

export interface BatchLayout {
  readonly padId: number
  /** Whether the graph takes a mask of its own for the pooling. */
  readonly poolingMask: boolean
  /** Whether the graph takes segment numbers. */
  readonly segments: boolean
}

/** What the graph of a model takes. */
export function batchLayout(
  checkpoint: Pick<Checkpoint, 'modules' | 'crossEncoder'>,
  { padId }: Pick<Tokenizer, 'padId'>,
): BatchLayout {
  const segments = checkpoint.crossEncoder?.segments ?? false
  return { padId, poolingMask: excludesPrompt(checkpoint), segments }
}

/** Texts side by side as the graph takes them, [B,T], the short rows filled up on the right. */
export function batchTensors(
  rows: readonly BatchRow[],
  { padId, poolingMask, segments }: BatchLayout,
): Record<string, Tensor> {
  // One at least: a text without a token is padding, and no tensor is empty.
  const width = rows.reduce((longest, { ids }) => Math.max(longest, ids.length), 1)
  const dims = [rows.length, width]
  const matrix = (fill: (row: BatchRow, target: Int32Array) => void): Tensor => ({
    type: 'int64',
    dims,
    data: fillMatrix(rows, width, fill),
  })
  return {
    [GRAPH_NAMES.ids]: matrix(({ ids }, target) => {
      writeLow(target, ids)
      for (let position = ids.length; position < width; position += 1) target[position * 2] = padId
    }),
    [GRAPH_NAMES.mask]: matrix(({ ids }, target) => setOnes(target, 0, ids.length)),
    ...(poolingMask
      ? {
          [GRAPH_NAMES.poolingMask]: matrix(({ ids, promptLength }, target) =>
            setOnes(target, promptLength, ids.length),
          ),
        }
      : {}),
    ...(segments
      ? {
          [GRAPH_NAMES.typeIds]: matrix(({ typeIds }, target) => {
            if (typeIds) writeLow(target, typeIds)
          }),
        }
      : {}),
  }
}

/**
 * Every number is written as the low half of a 64-bit word, as the processors and WebAssembly that
 * run yuju are little-endian; BigInt arithmetic would take many times longer.
 */
function fillMatrix(
  rows: readonly BatchRow[],
  width: number,
  fill: (row: BatchRow, target: Int32Array) => void,
): BigInt64Array {
  const data = new BigInt64Array(rows.length * width)
  const halves = new Int32Array(data.buffer)
  rows.forEach((row, index) => {
    fill(row, halves.subarray(index * width * 2, (index + 1) * width * 2))
  })
  return data
}

function writeLow(target: Int32Array, ids: Int32Array): void {
  for (let position = 0; position < ids.length; position += 1)
    target[position * 2] = ids[position] ?? 0
}

function setOnes(target: Int32Array, start: number, end: number): void {
  for (let position = start; position < end; position += 1) target[position * 2] = 1
}
