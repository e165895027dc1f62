import type { Pairs } from './task.ts'

/** Says which rows stand in a file more than once: they count as often in every metric. */
export function duplicateWarnings({ first, second, gold, lines }: Pairs, name: string): string[] {
  const seen = new Map<string, number>()
  const repeated: { readonly line: number; readonly earlier: number; readonly same: boolean }[] = []
  first.forEach((text, row) => {
    const key = JSON.stringify([text, second[row]])
    const earlier = seen.get(key)
    if (earlier === undefined) seen.set(key, row)
    else {
      const same = gold[row] === gold[earlier]
      repeated.push({ line: lines[row] ?? 0, earlier: lines[earlier] ?? 0, same })
    }
  })
  const [example] = repeated
  if (!example) return []
  const contradictory = repeated.filter(({ same }) => !same)
  const [conflict] = contradictory
  const warning = `${name}: ${repeated.length} pairs occur again (line ${example.line} repeats line ${example.earlier})`
  if (!conflict) return [`${warning}; they count twice, as in the reference`]
  const places = `line ${conflict.line} and line ${conflict.earlier}`
  return [`${warning}, ${contradictory.length} of them with another label (${places})`]
}
