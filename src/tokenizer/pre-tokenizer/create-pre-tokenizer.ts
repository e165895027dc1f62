import { CheckpointError } from '../../errors/index.ts'
import { z } from '../../schema/index.ts'
import {
  buildComponent,
  type Component,
  check,
  componentSchema,
  type PreTokenizer,
} from '../component.ts'
import { flatSteps, growthLimit, requireModest } from '../limits.ts'
import { findAll, finderOf, patternSchema, SPACE_CLASS, WORD_CLASS } from '../text/regex.ts'
import { byteLevel } from './byte-level.ts'
import { metaspace, PREPEND_SCHEMES } from './metaspace.ts'
import { SPLIT_BEHAVIORS, splitAt } from './split.ts'
import { bertWords, isolatePunctuation, whitespaceWords } from './words.ts'

const WORDS = new RegExp(`[${WORD_CLASS}]+|[^${WORD_CLASS}${SPACE_CLASS}]+`, 'gu')
const findNumbers = findAll(/\p{N}+/gu)
const findDigits = findAll(/\p{N}/gu)

const metaspaceSchema = z.object({
  replacement: z.string().check(z.refine(isCharacter, 'expected one character')),
  add_prefix_space: z.nullish(z.boolean()),
  prepend_scheme: z.optional(z.enum(PREPEND_SCHEMES)),
  split: z.nullish(z.boolean()),
})
const byteLevelSchema = z.object({
  add_prefix_space: z._default(z.boolean(), true),
  use_regex: z._default(z.boolean(), true),
})
const splitSchema = z.object({
  pattern: patternSchema,
  behavior: z.enum(SPLIT_BEHAVIORS),
  invert: z._default(z.boolean(), false),
})
const punctuationSchema = z.object({ behavior: z._default(z.enum(SPLIT_BEHAVIORS), 'Isolated') })
const digitsSchema = z.object({ individual_digits: z._default(z.boolean(), false) })
const sequenceSchema = z.object({ pretokenizers: z.array(componentSchema) })

function isCharacter(text: string): boolean {
  return [...text].length === 1
}

/** The kinds that `tokenizer.json` can name, each with the reading of its options. */
const KINDS: Readonly<Record<string, (component: Component) => PreTokenizer>> = {
  BertPreTokenizer: () => bertWords,
  Whitespace: () => (text) => text.match(WORDS) ?? [],
  WhitespaceSplit: () => whitespaceWords,
  Metaspace: readMetaspace,
  Punctuation: readPunctuation,
  Digits: readDigits,
  Split: readSplit,
  ByteLevel: readByteLevel,
}

/** The pre-tokenizer that a part of `tokenizer.json` describes. */
export function createPreTokenizer(component: Component): PreTokenizer {
  const parts = flatSteps(component, 'pre-tokenizer', sequenceParts)
  rejectLateFirst(parts)
  const [first = whole, ...rest] = parts.map((part) => buildComponent('pre-tokenizer', part, KINDS))
  return (text, atStart) => {
    let words = first(text, atStart)
    for (const step of rest) {
      words = words.flatMap((word) => step(word, false))
      requireModest(totalLength(words), growthLimit(text), 'pre-tokenizer')
    }
    return words
  }
}

function whole(text: string): string[] {
  return [text]
}

function sequenceParts(component: Component): readonly Component[] {
  return check(sequenceSchema, component, 'tokenizer.json: Sequence').pretokenizers
}

function totalLength(words: readonly string[]): number {
  return words.reduce((total, word) => total + word.length, 0)
}

function readMetaspace(component: Component): PreTokenizer {
  const options = check(metaspaceSchema, component, 'tokenizer.json: Metaspace')
  return metaspace({
    replacement: options.replacement,
    prependScheme:
      options.add_prefix_space === false ? 'never' : (options.prepend_scheme ?? 'always'),
    split: options.split ?? true,
  })
}

function readPunctuation(component: Component): PreTokenizer {
  const { behavior } = check(punctuationSchema, component, 'tokenizer.json: Punctuation')
  if (behavior === 'Isolated') return isolatePunctuation
  throw new CheckpointError(
    'tokenizer-component-unknown',
    `tokenizer.json asks for Punctuation with the behavior ${behavior}; yuju knows Isolated only`,
    { facts: { role: 'pre-tokenizer', type: 'Punctuation', behavior } },
  )
}

function readDigits(component: Component): PreTokenizer {
  const options = check(digitsSchema, component, 'tokenizer.json: Digits')
  const find = options.individual_digits ? findDigits : findNumbers
  return (text) => splitAt(text, find, { behavior: 'Isolated', invert: false })
}

function readSplit(component: Component): PreTokenizer {
  const { pattern, ...options } = check(splitSchema, component, 'tokenizer.json: Split')
  const find = finderOf(pattern)
  return (text) => splitAt(text, find, options)
}

function readByteLevel(component: Component): PreTokenizer {
  const options = check(byteLevelSchema, component, 'tokenizer.json: ByteLevel')
  return byteLevel({ addPrefixSpace: options.add_prefix_space, useRegex: options.use_regex })
}

// After another step it is no longer known which word began the input.
function rejectLateFirst(steps: readonly Component[]): void {
  const late = steps.slice(1).find((step) => step.prepend_scheme === 'first')
  if (!late) return
  throw new CheckpointError(
    'tokenizer-component-unknown',
    'tokenizer.json asks for Metaspace with prepend_scheme "first" after another pre-tokenizer; ' +
      'yuju knows it as the first step only',
    { facts: { role: 'pre-tokenizer', type: late.type } },
  )
}
