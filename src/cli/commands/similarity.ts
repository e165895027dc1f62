import { defineCommand } from '../command.ts'
import { JSON_FLAG, MODEL_FLAGS, PRECISION_FLAG, TEXT_FLAGS, TRUNCATE_FLAG } from '../flags.ts'
import { loadEncoder, namedModel, textOptions } from '../model.ts'

const ARGS = {
  a: { type: 'positional', required: true, description: 'A text' },
  b: { type: 'positional', required: true, description: 'Another text' },
  ...TEXT_FLAGS,
  ...TRUNCATE_FLAG,
  ...MODEL_FLAGS,
  ...PRECISION_FLAG,
  ...JSON_FLAG,
} as const

/** Prints the score, or with `--json` `{model, similarity, score}`. */
export const similarity = defineCommand(ARGS, async (args, shell) => {
  const model = await namedModel(args.model, shell)
  await using encoder = await loadEncoder(model, args, shell, args.precision)
  const { truncate } = args
  const { signal } = shell
  const score = await encoder.similarity(args.a, args.b, { ...textOptions(args), truncate, signal })
  if (args.json) shell.printJson({ model, similarity: encoder.similarityName, score })
  else shell.print(`${score.toFixed(4)} ${encoder.similarityName}`)
})
