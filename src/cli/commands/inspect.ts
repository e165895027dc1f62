import { basename } from 'node:path'
import { describeModel, type ModelDescription } from '../../card/index.ts'
import { NO_LIMIT } from '../../checkpoint/index.ts'
import { instructionSets } from '../../runtime/index.ts'
import { defineCommand } from '../command.ts'
import { HUB_FLAGS, JSON_FLAG, MODEL_ARGUMENT } from '../flags.ts'
import { grouped, printFields } from '../format.ts'
import { readCheckpoint } from '../model.ts'

const ARGS = {
  ...MODEL_ARGUMENT,
  ...HUB_FLAGS,
  ...JSON_FLAG,
} as const

/** Prints what a model is, from its files alone: nothing is run. */
export const inspect = defineCommand(ARGS, async (args, shell) => {
  const description = await describeModel(await readCheckpoint(args.model, args, shell))
  if (args.json) shell.printJson(description)
  else printFields(fieldsOf(description), shell)
})

function encoderText({
  layers,
  hiddenSize,
  heads,
  intermediateSize,
  activation,
}: ModelDescription) {
  if (layers === 0) return `none: a table of token vectors of ${hiddenSize} numbers`
  const sizes = `${layers} layers, ${heads} heads, hidden size ${hiddenSize}`
  return `${sizes}, feed-forward size ${intermediateSize}, ${activation}`
}

function lengthText({ maxLength, maxPositions }: ModelDescription): string {
  if (maxLength === NO_LIMIT) return 'no limit'
  if (maxPositions === NO_LIMIT) return `${maxLength} tokens`
  return `${maxLength} tokens (of ${maxPositions} positions)`
}

function fieldsOf(model: ModelDescription): Record<string, string> {
  const types = model.weightTypes.join(', ')
  const files = model.weightFiles.map((file) => basename(file)).join(', ')
  return {
    folder: model.folder,
    architecture: model.architecture,
    encoder: encoderText(model),
    parameters: grouped(model.parameters),
    weights: `${types} in ${files} (${(model.weightBytes / 1e6).toFixed(1)} MB)`,
    vocabulary: `${grouped(model.vocabularySize)} tokens, from ${model.tokenizerFiles.join(', ')}`,
    'text length': lengthText(model),
    lowercase: model.lowercase ? 'before the tokenizer' : 'as the tokenizer says',
    modules: model.modules.join(', then '),
    dimensions: `${model.dimensions}`,
    similarity: model.similarity,
    arithmetic: `${arithmeticText(model)} (this machine: ${instructionSets()})`,
    ...promptFields(model),
    ...(model.warnings.length > 0 ? { warnings: model.warnings.join('; ') } : {}),
  }
}

function arithmeticText({ precision }: ModelDescription): string {
  return precision === 'int8' ? 'linear layers in 8 bits, the rest in float32' : 'float32'
}

function promptFields({ prompts, defaultPromptName }: ModelDescription): Record<string, string> {
  const fields = Object.entries(prompts).map(([name, prompt]) => {
    const mark = name === defaultPromptName ? ' (default)' : ''
    return [`prompt ${name}`, JSON.stringify(prompt) + mark] as const
  })
  return Object.fromEntries(fields)
}
