import type { Loss } from './loss.ts'

type Lack = NonNullable<Loss['lack']>

/** For losses that compare examples with a higher label to examples with a lower one. */
export const differentLabels: Lack = (examples) => {
  const labels = new Set(examples.map(({ label }) => label))
  return labels.size > 1 ? undefined : `all its labels are ${[...labels][0]}`
}

/** For losses that compare examples with each other, or texts with each other in data of one column. */
export function severalExamples(least: number): Lack {
  return ({ length }) => (length >= least ? undefined : `it has fewer than ${least} examples`)
}

/** For losses that look for an anchor's second text among all texts but anchors. */
export const severalCandidates: Lack = (examples) => {
  const candidates = examples.length * ((examples[0]?.texts.length ?? 0) - 1)
  return candidates > 1 ? undefined : 'it has no other text to tell the positive from'
}

/** Of several losses on one batch: only where all lack something. */
export function lackOfAll(losses: readonly Loss[]): Lack {
  return (examples) => {
    const lacks = losses.map(({ lack }) => lack?.(examples))
    return lacks.includes(undefined) ? undefined : lacks.join(', and ')
  }
}
