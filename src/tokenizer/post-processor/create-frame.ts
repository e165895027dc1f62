import { CheckpointError } from '../../errors/index.ts'
import { z } from '../../schema/index.ts'
import { type Component, check, componentSchema, unknownComponent } from '../component.ts'
import {
  BARE_FRAME,
  bertFrame,
  type Frame,
  robertaFrame,
  type Slot,
  special,
  text,
} from './frame.ts'

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
type Template = z.infer<typeof templateSchema>
const sequenceSchema = z.object({ processors: z.array(componentSchema) })

/** The kinds that `tokenizer.json` can name, each with the reading of its options. */
const KINDS: Readonly<Record<string, (component: Component) => Frame>> = {
  BertProcessing: (component) => readPair(component, bertFrame),
  RobertaProcessing: (component) => readPair(component, robertaFrame),
  TemplateProcessing: readTemplate,
  // It moves offsets only, which yuju does not give.
  ByteLevel: () => BARE_FRAME,
  Sequence: readSequence,
}

/** The frame that the post-processor of `tokenizer.json` describes. */
export function createFrame(component: Component): Frame {
  const read = Object.hasOwn(KINDS, component.type) ? KINDS[component.type] : undefined
  if (!read) throw unknownComponent('post-processor', component.type, Object.keys(KINDS))
  return read(component)
}

function readPair(component: Component, frame: (cls: number, sep: number) => Frame): Frame {
  const { cls, sep } = check(pairSchema, component, `tokenizer.json: ${component.type}`)
  return frame(cls[1], sep[1])
}

function readTemplate(component: Component): Frame {
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
    'tokenizer.json: TemplateProcessing leaves a text out, or has it twice; yuju knows each text once',
    { facts: { role: 'post-processor', type: 'TemplateProcessing', texts } },
  )
}

function readSlots(template: Template, slots: Template['single']): Slot[] {
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
      { facts: { place: 'tokenizer.json: TemplateProcessing', token: name } },
    )
  })
}

function readSequence(component: Component): Frame {
  const { processors } = check(sequenceSchema, component, 'tokenizer.json: Sequence')
  const frames = processors.map(createFrame).filter((frame) => frame !== BARE_FRAME)
  if (frames.length <= 1) return frames[0] ?? BARE_FRAME
  throw new CheckpointError(
    'tokenizer-component-unknown',
    'tokenizer.json frames texts by several post-processors at once ' +
      `(${processors.map((processor) => processor.type).join(', ')}); yuju knows one at a time`,
    { facts: { role: 'post-processor', types: processors.map((processor) => processor.type) } },
  )
}
