import { z } from '../../schema/index.ts'
import {
  buildComponent,
  type Component,
  check,
  componentSchema,
  type Normalizer,
  type NormalizerStep,
} from '../component.ts'
import { flatSteps, growthLimit, requireModest } from '../limits.ts'
import { normalize } from '../text/normalize.ts'
import { finderOf, patternSchema } from '../text/regex.ts'
import { bertNormalizer } from './bert-normalizer.ts'
import { lowercase, nmt, strip } from './character-steps.ts'
import { Charsmap, precompiled } from './precompiled.ts'

const bertSchema = z.object({
  clean_text: z._default(z.boolean(), true),
  handle_chinese_chars: z._default(z.boolean(), true),
  strip_accents: z.nullish(z.boolean()),
  lowercase: z._default(z.boolean(), true),
})
const stripSchema = z.object({ strip_left: z.boolean(), strip_right: z.boolean() })
const replaceSchema = z.object({ pattern: patternSchema, content: z.string() })
const sequenceSchema = z.object({ normalizers: z.array(componentSchema) })
const precompiledSchema = z.object({ precompiled_charsmap: z.nullish(z.string()) })
const COMBINING_MARKS = /\p{M}/gu

/** The kinds that `tokenizer.json` can name, each with the reading of its options. */
const KINDS: Readonly<Record<string, (component: Component) => NormalizerStep>> = {
  BertNormalizer: readBert,
  Precompiled: readPrecompiled,
  NFC: () => (text) => normalize(text, 'NFC'),
  NFD: () => (text) => normalize(text, 'NFD'),
  NFKC: () => (text) => normalize(text, 'NFKC'),
  NFKD: () => (text) => normalize(text, 'NFKD'),
  Lowercase: () => lowercase,
  StripAccents: () => (text) => text.replace(COMBINING_MARKS, ''),
  Strip: readStrip,
  Replace: readReplace,
  Prepend: readPrepend,
  Nmt: () => nmt,
}

/** The normalizer that a part of `tokenizer.json` describes. */
export function createNormalizer(component: Component): Normalizer {
  const steps = flatSteps(component, 'normalizer', sequenceParts).map((step) =>
    buildComponent('normalizer', step, KINDS),
  )
  return (text) => {
    const limit = growthLimit(text)
    return steps.reduce((current, step) => {
      const result = step(current, limit)
      requireModest(result.length, limit, 'normalizer')
      return result
    }, text)
  }
}

function sequenceParts(component: Component): readonly Component[] {
  return check(sequenceSchema, component, 'tokenizer.json: Sequence').normalizers
}

function readBert(component: Component): Normalizer {
  const options = check(bertSchema, component, 'tokenizer.json: BertNormalizer')
  return bertNormalizer({
    cleanText: options.clean_text,
    handleChineseChars: options.handle_chinese_chars,
    stripAccents: options.strip_accents ?? options.lowercase,
    lowercase: options.lowercase,
  })
}

function readPrecompiled(component: Component): Normalizer {
  const { precompiled_charsmap: base64 } = check(
    precompiledSchema,
    component,
    'tokenizer.json: Precompiled',
  )
  return base64 ? precompiled(new Charsmap(base64)) : (text) => text
}

function readStrip(component: Component): Normalizer {
  const options = check(stripSchema, component, 'tokenizer.json: Strip')
  return (text) => strip(text, { left: options.strip_left, right: options.strip_right })
}

function readReplace(component: Component): NormalizerStep {
  const { pattern, content } = check(replaceSchema, component, 'tokenizer.json: Replace')
  const find = finderOf(pattern)
  return (text, limit) => {
    let result = ''
    let done = 0
    for (const { start, end } of find(text)) {
      result += text.slice(done, start) + content
      requireModest(result.length, limit, 'normalizer')
      done = end
    }
    return done === 0 ? result + text : result + text.slice(done)
  }
}

function readPrepend(component: Component): Normalizer {
  const { prepend } = check(z.object({ prepend: z.string() }), component, 'tokenizer.json: Prepend')
  return (text) => (text === '' ? text : prepend + text)
}
