import { CheckpointError } from '../errors/index.ts'
import {
  type EncoderConfig,
  isNumberType,
  type ModuleSpec,
  tableName,
  type Weight,
  type WeightMap,
} from '../model/index.ts'
import { parseJson, z } from '../schema/index.ts'
import { architectureOf } from './cross-encoder.ts'
import { type ModelFolder, readJson, readText } from './model-folder.ts'
import type { ModuleEntry } from './modules.ts'

/**
 * Language models that are asked whether a document answers a query, and whose logits of yes and no are
 * the answer. Reference: Qwen3-Reranker (Zhang et al. 2025), and CrossEncoder of sentence-transformers.
 */

const LOGIT_SCORE = 'LogitScore'

/** Whether `config.json` is that of a language model of a kind whose question is known. */
export function namesLanguageModel(config: EncoderConfig): boolean {
  return config.modelType === 'qwen3' && architectureOf(config) === 'Qwen3ForCausalLM'
}

interface LanguageModel {
  readonly stored: WeightMap
  readonly config: EncoderConfig
  readonly weights: WeightMap
  readonly tokenizerFiles: ReadonlyMap<string, string>
  /** What `modules.json` lists after the language model; undefined where there is none. */
  readonly followers: readonly ModuleEntry[] | undefined
}

/**
 * What makes a score of a language model's last token: its logit of yes less that of no.
 * @throws CheckpointError for another question than the known one, or tokens that are missing.
 */
export async function languageModelModules(
  folder: ModelFolder,
  model: LanguageModel,
): Promise<readonly ModuleSpec[]> {
  await requireKnownTemplate(folder)
  const { yes, no } = await answers(folder, model)
  return [
    { kind: 'pooling', modes: ['lasttoken'], includePrompt: true },
    {
      kind: 'logit_score',
      yes: headRow(model, yes, folder.path),
      no: headRow(model, no, folder.path),
    },
  ]
}

/** How the question of Qwen3-Reranker begins. */
const QUESTION = 'Judge whether the Document meets the requirements based on the Query'

/** Folders without a template of their own, or with that of Qwen3's chats, are asked Qwen3-Reranker's question. */
async function requireKnownTemplate(folder: ModelFolder): Promise<void> {
  const template = await readText(folder, 'chat_template.jinja')
  const isForPairs = template !== undefined && /["']document["']/.test(template)
  if (!isForPairs || template.includes(QUESTION)) return
  throw refused(
    folder.path,
    'its chat_template.jinja asks another question than Qwen3-Reranker, which is the one that is known',
  )
}

const scoreSchema = z.strictObject({
  true_token_id: z.int().check(z.nonnegative()),
  false_token_id: z.int().check(z.nonnegative()),
  module_input_name: z.nullish(z.literal('causal_logits')),
})

interface Answers {
  readonly yes: number
  readonly no: number
}

async function answers(
  folder: ModelFolder,
  { followers, tokenizerFiles }: LanguageModel,
): Promise<Answers> {
  if (!followers) {
    const idOf = vocabularyOf(tokenizerFiles, folder.path)
    return { yes: idOf('yes'), no: idOf('no') }
  }
  const [entry, ...others] = followers
  if (!entry?.type.endsWith(`.${LOGIT_SCORE}`) || others.length > 0) {
    throw refused(folder.path, `${LOGIT_SCORE} alone must follow it in modules.json`)
  }
  const content = await readJson(folder, `${entry.path.replace(/\/+$/, '')}/config.json`)
  const parsed = scoreSchema.safeParse(content)
  if (!parsed.success) throw refused(folder.path, z.prettifyError(parsed.error))
  return { yes: parsed.data.true_token_id, no: parsed.data.false_token_id }
}

const vocabularySchema = z.looseObject({
  model: z.looseObject({ vocab: z.record(z.string(), z.int()) }),
})

function vocabularyOf(files: ReadonlyMap<string, string>, folder: string) {
  const parsed = vocabularySchema.safeParse(parseJson(files.get('tokenizer.json') ?? '{}'))
  return (token: string): number => {
    const vocabulary = parsed.data?.model.vocab ?? {}
    const id = Object.hasOwn(vocabulary, token) ? vocabulary[token] : undefined
    if (id !== undefined) return id
    throw refused(folder, `its tokenizer.json has no token ${token}, whose logit is the answer`)
  }
}

/** The row [1,H] of the language model's head, which often is the table of tokens, where it lies in its file. */
function headRow(model: LanguageModel, id: number, folder: string): Weight {
  const { stored, config, weights } = model
  const isTied = config.raw.tie_word_embeddings !== false
  const head = isTied ? weights.get(tableName({ config })) : stored.get('lm_head.weight')
  if (!head)
    throw refused(folder, 'it has no weight lm_head.weight, which its config.json asks for')
  const [rows = 0, size = 0] = head.shape
  if (head.shape.length !== 2 || size !== config.hiddenSize || id >= rows) {
    throw refused(folder, `${head.name} [${head.shape.join(',')}] has no row ${id} of its size`)
  }
  if (!isNumberType(head.type)) throw refused(folder, `${head.name} is ${head.type}`)
  return {
    name: `logit_score.${id}`,
    type: head.type,
    shape: [1, size],
    data: rowOf(head, id, rows),
  }
}

function rowOf({ data }: Weight, id: number, rows: number): Weight['data'] {
  if ('bytes' in data) {
    const length = data.bytes.byteLength / rows
    return { bytes: data.bytes.slice(id * length, (id + 1) * length) }
  }
  const byteLength = data.byteLength / rows
  return { file: data.file, offset: data.offset + id * byteLength, byteLength }
}

function refused(folder: string, what: string): CheckpointError {
  return new CheckpointError(
    'checkpoint-language-model',
    `${folder} cannot be used as a reranker that answers yes or no: ${what}`,
    { facts: { folder } },
  )
}
