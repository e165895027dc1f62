import type { TokenizedText } from '../../encoder/index.ts'
import { defineCommand } from '../command.ts'
import { JSON_FLAG, MODEL_FLAGS, TEXT_FLAGS } from '../flags.ts'
import { loadEncoder, namedModel, textOptions } from '../model.ts'
import type { Shell } from '../shell.ts'

const ARGS = {
  'text…': { type: 'positional', required: true, description: 'Texts to split into tokens' },
  ...TEXT_FLAGS,
  ...MODEL_FLAGS,
  ...JSON_FLAG,
} as const

/** Prints tokens and their ids, or with `--json` a line `{text, tokens, ids, truncated}` each. */
export const tokenize = defineCommand(ARGS, async (args, shell) => {
  const model = await namedModel(args.model, shell)
  await using encoder = await loadEncoder(model, args, shell)
  const tokenized = encoder.tokenize(args._, textOptions(args))
  for (const [row, { ids, tokens, truncated }] of tokenized.entries()) {
    const text = args._[row] ?? ''
    if (args.json) shell.printJson({ text, tokens, ids: [...ids], truncated })
    else printTokens(text, { ids, tokens, truncated }, shell)
  }
})

function printTokens(
  text: string,
  { ids, tokens, truncated }: Pick<TokenizedText, 'ids' | 'tokens' | 'truncated'>,
  shell: Shell,
): void {
  const rest = truncated > 0 ? `, and ${truncated} more were truncated` : ''
  shell.print(`${shell.style('bold', text)}\n${tokens.length} tokens${rest}`)
  for (const [index, token] of tokens.entries()) {
    shell.print(`${String(ids[index]).padStart(8)}  ${token}`)
  }
}
