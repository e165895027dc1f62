import { readRows, readTexts } from '../files/index.ts'
import { type HardNegatives, mineHardNegatives } from '../mining/index.ts'
import { given } from '../options/index.ts'
import type { Matrix } from '../similarity/index.ts'
import { anchorColumns } from './columns.ts'
import { decimalNumber, UsageError, wholeNumber } from './command-line.ts'
import type { MineArgs } from './commands/mine.ts'
import { compared, vectorsOf } from './mining.ts'
import { giveRows } from './row-output.ts'
import type { Shell } from './shell.ts'

/** Gives triplets: of every pair, its texts and each negative of its anchor. */
export async function negatives(args: MineArgs, shell: Shell): Promise<void> {
  const options = negativeOptions(args)
  const texts = await readPairTexts(args)
  const rows = rowsByText([...texts.anchors.keys(), ...texts.corpus])
  const vectors = await vectorsOf([...rows.keys()], args, shell)
  const anchors = [...texts.anchors.keys()]
  const corpusRows = rowsByText(texts.corpus)
  const corpus = [...corpusRows.keys()]
  const mined = await compared(args, shell, (more) =>
    mineHardNegatives(
      {
        anchors: selected(vectors, anchors, rows),
        corpus: selected(vectors, corpus, rows),
        positives: [...texts.anchors.values()].map((positives) =>
          [...positives].map((text) => corpusRows.get(text) ?? -1),
        ),
        own: anchors.map((text) => corpusRows.get(text) ?? -1),
      },
      { ...options, ...more },
    ),
  )
  const alone = mined.filter((anchor) => anchor.negatives.length === 0).length
  if (alone > 0) shell.note(`${alone} of ${anchors.length} anchors have no negative by these rules`)
  await giveRows(triplets(mined, anchors, corpus), { args, what: 'triplets' }, shell)
}

function negativeOptions(args: MineArgs) {
  const whole = (flag: 'negatives' | 'range-min' | 'range-max') => wholeNumber(flag, args[flag])
  const decimal = (flag: 'margin' | 'relative-margin' | 'min-score' | 'max-score') =>
    decimalNumber(flag, args[flag])
  return given({
    count: whole('negatives'),
    rangeMin: whole('range-min'),
    rangeMax: whole('range-max'),
    margin: decimal('margin'),
    relativeMargin: decimal('relative-margin'),
    minScore: decimal('min-score'),
    maxScore: decimal('max-score'),
  })
}

interface PairTexts {
  /** Each anchor once, with its positives. */
  readonly anchors: ReadonlyMap<string, ReadonlySet<string>>
  /** Texts negatives are chosen from, each once. */
  readonly corpus: ReadonlySet<string>
}

async function readPairTexts({ input, format, columns, corpus }: MineArgs): Promise<PairTexts> {
  if (input === undefined) throw new UsageError('--input is missing; name a file of pairs')
  if (input === '-') throw new UsageError('pairs are read from a file, not from stdin')
  const anchors = new Map<string, Set<string>>()
  const candidates = new Set<string>()
  if (corpus !== undefined) for await (const text of readTexts(corpus)) candidates.add(text)
  for await (const { cells } of readRows(input, {
    columns: anchorColumns(columns),
    ...given({ format }),
  })) {
    const [anchor, positive] = cells.map(String)
    if (anchor === undefined || positive === undefined) continue
    anchors.set(anchor, (anchors.get(anchor) ?? new Set()).add(positive))
    candidates.add(positive)
  }
  return { anchors, corpus: candidates }
}

function rowsByText(texts: Iterable<string>): ReadonlyMap<string, number> {
  return new Map([...new Set(texts)].map((text, row) => [text, row]))
}

function selected(
  { data, dimensions }: Matrix,
  texts: readonly string[],
  rows: ReadonlyMap<string, number>,
): Matrix {
  const chosen = new Float32Array(texts.length * dimensions)
  for (const [index, text] of texts.entries()) {
    const start = (rows.get(text) ?? 0) * dimensions
    chosen.set(data.subarray(start, start + dimensions), index * dimensions)
  }
  return { data: chosen, rows: texts.length, dimensions }
}

function* triplets(
  mined: readonly HardNegatives[],
  anchors: readonly string[],
  corpus: readonly string[],
) {
  for (const [index, { positives, negatives }] of mined.entries()) {
    for (const positive of positives) {
      for (const negative of negatives) {
        yield {
          anchor: anchors[index] ?? '',
          positive: corpus[positive.id] ?? '',
          negative: corpus[negative.id] ?? '',
        }
      }
    }
  }
}
