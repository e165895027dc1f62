import { SAVE_TYPES } from '../../checkpoint/constants.ts'
import { given } from '../../options/index.ts'
import { defineCommand } from '../command.ts'
import { UsageError } from '../command-line.ts'
import { choices, HUB_FLAGS, JSON_FLAG, MODEL_ARGUMENT } from '../flags.ts'
import { readCheckpoint } from '../model.ts'

const ARGS = {
  ...MODEL_ARGUMENT,
  output: { type: 'string', valueHint: 'folder', description: 'The folder to write (required)' },
  onnx: { type: 'boolean', description: 'Add onnx/model.onnx and tokenizer.json' },
  web: { type: 'boolean', description: 'Add yuju-web.json, for yuju/web in browsers' },
  precision: {
    type: 'enum',
    options: choices(SAVE_TYPES),
    description: 'Data type of the weights (default: as they are)',
  },
  overwrite: { type: 'boolean', description: 'Replace the folder if it is there' },
  ...HUB_FLAGS,
  ...JSON_FLAG,
} as const

/** Saves a folder that sentence-transformers opens; with flags other programs, or browsers, too. */
export const exportModel = defineCommand(ARGS, async (args, shell) => {
  const { output, onnx = false, web = false, precision, overwrite } = args
  if (!output) throw new UsageError('--output is missing; name the folder to write')
  const checkpoint = await readCheckpoint(args.model, args, shell)
  const { loadCheckpoint, saveCheckpoint } = await import('../../checkpoint/index.ts')
  await saveCheckpoint(output, checkpoint, given({ type: precision, overwrite }))
  const { copyActivationRanges } = await import('../../precision/index.ts')
  await copyActivationRanges(checkpoint.folder, output)
  if (onnx) {
    const { exportOnnx } = await import('../../encoder/index.ts')
    // What was saved, and not what was read: it has the precision asked for.
    await exportOnnx(await loadCheckpoint(output), output)
  }
  if (web) {
    const { exportWeb } = await import('../../encoder/index.ts')
    await exportWeb(output)
  }
  const added = [...(onnx ? ['onnx/model.onnx'] : []), ...(web ? ['yuju-web.json'] : [])]
  if (args.json) shell.printJson({ output, onnx, web })
  else shell.print(`${output}${added.length > 0 ? `, with ${added.join(' and ')}` : ''}`)
})
