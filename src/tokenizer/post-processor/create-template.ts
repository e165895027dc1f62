import { CheckpointError } from '../../errors/index.ts'
import { z } from '../../schema/index.ts'
import { buildComponent, type Component, check, componentSchema } from '../component.ts'
import {
  bertTemplate,
  NO_SPECIAL_TOKENS,
  robertaTemplate,
  type Slot,
  type SpecialTokenTemplate,
  special,
  text,
} from './template.ts'

/** Of a template, and ids of one of its tokens: real ones have up to six. */
const MOST_SLOTS = 32

const id = z.int().check(z.nonnegative())
const namedId = z.tuple([z.string(), id])
const pairSchema = z.object({ cls: namedId, sep: namedId })
const templateSlot = z.union([
  z.object({ SpecialToken: z.object({ id: z.string(), type_id: id }) }),
  z.object({ Sequence: z.object({ id: z.enum(['A', 'B']), type_id: id }) }),
])
const templateSchema = z.object({
  single: z.array(templateSlot).check(z.maxLength(MOST_SLOTS)),
  pair: z.array(templateSlot).check(z.maxLength(MOST_SLOTS)),
  special_tokens: z.record(
    z.string(),
    z.object({ ids: z.array(id).check(z.maxLength(MOST_SLOTS)) }),
  ),
})
type TemplateJson = z.infer<typeof templateSchema>
const sequenceSchema = z.object({ processors: z.array(componentSchema) })

/** The kinds that `tokenizer.json` can name, each with the reading of its options. */
const KINDS: Readonly<Record<string, (component: Component) => SpecialTokenTemplate>> = {
  BertProcessing: (component) => readPair(component, bertTemplate),
  RobertaProcessing: (component) => readPair(component, robertaTemplate),
  TemplateProcessing: readTemplate,
  // It moves offsets only, which yuju does not give.
  ByteLevel: () => NO_SPECIAL_TOKENS,
  Sequence: readSequence,
}

/** The special-token template that the post-processor of `tokenizer.json` describes. */
export function createTemplate(component: Component): SpecialTokenTemplate {
  return buildComponent('post-processor', component, KINDS)
}

function readPair(
  component: Component,
  template: (cls: number, sep: number) => SpecialTokenTemplate,
): SpecialTokenTemplate {
  const { cls, sep } = check(pairSchema, component, `tokenizer.json: ${component.type}`)
  return template(cls[1], sep[1])
}

function readTemplate(component: Component): SpecialTokenTemplate {
  const template = check(templateSchema, component, 'tokenizer.json: TemplateProcessing')
  const single = readSlots(template, template.single)
  const pair = readSlots(template, template.pair)
  requireTexts(single, [0])
  requireTexts(pair, [0, 1])
  return { single, pair }
}

/** Each text once: twice would make it longer than its limit. */
function requireTexts(slots: readonly Slot[], expected: readonly number[]): void {
  const texts = slots.flatMap((slot) => (slot.kind === 'text' ? [slot.text] : []))
  if (String(texts.sort()) === String(expected)) return
  throw new CheckpointError(
    'tokenizer-component-unknown',
    'tokenizer.json: TemplateProcessing lacks a text, or has it twice; yuju knows each text once',
    { facts: { role: 'post-processor', type: 'TemplateProcessing', texts } },
  )
}

function readSlots(template: TemplateJson, slots: TemplateJson['single']): Slot[] {
  return slots.flatMap((slot) => {
    if ('Sequence' in slot) {
      return [text(slot.Sequence.id === 'A' ? 0 : 1, slot.Sequence.type_id)]
    }
    const { id: name, type_id: typeId } = slot.SpecialToken
    const token = Object.hasOwn(template.special_tokens, name)
      ? template.special_tokens[name]
      : undefined
    if (token) return token.ids.map((id) => special(id, typeId))
    throw new CheckpointError(
      'tokenizer-malformed',
      `tokenizer.json: TemplateProcessing uses the token ${name}, which it does not define`,
      { facts: { location: 'tokenizer.json: TemplateProcessing', token: name } },
    )
  })
}

function readSequence(component: Component): SpecialTokenTemplate {
  const { processors } = check(sequenceSchema, component, 'tokenizer.json: Sequence')
  const templates = processors
    .map(createTemplate)
    .filter((template) => template !== NO_SPECIAL_TOKENS)
  if (templates.length <= 1) return templates[0] ?? NO_SPECIAL_TOKENS
  throw new CheckpointError(
    'tokenizer-component-unknown',
    'tokenizer.json adds special tokens by several post-processors at once ' +
      `(${processors.map((processor) => processor.type).join(', ')}); yuju knows one at a time`,
    { facts: { role: 'post-processor', types: processors.map((processor) => processor.type) } },
  )
}
