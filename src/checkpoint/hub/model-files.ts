import { z } from 'zod'
import { HubError } from '../../errors/index.ts'
import { parseJson } from '../../schema/index.ts'
import { LARGEST_VOCABULARY } from '../model-folder.ts'

/** One file of a model on the hub. */
export interface HubFile {
  /** Relative to the model, with forward slashes. */
  readonly path: string
  readonly size: number
  /** SHA-256 of the content for large files, else git's SHA-1 of it as a blob. */
  readonly hash: string
}

const SMALL_FILES = [
  'config.json',
  'modules.json',
  'sentence_bert_config.json',
  'sentence_roberta_config.json',
  'sentence_camembert_config.json',
  'sentence_xlm-roberta_config.json',
  'config_sentence_transformers.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.txt',
  'chat_template.jinja',
  // What yuju itself leaves beside a model.
  'calibration.json',
  'activation_ranges.safetensors',
]

/** Weights, best first: each a way to tell the files of one complete set. */
const WEIGHT_SETS = [
  /^model\.safetensors$/,
  /^model(-\d+-of-\d+)?\.safetensors(\.index\.json)?$/,
  /^pytorch_model\.bin$/,
  /^pytorch_model(-\d+-of-\d+)?\.bin(\.index\.json)?$/,
]

/** More are refused by whoever reads the model. */
const MOST_MODULES = 20

const modulesSchema = z.array(z.object({ path: z.string() })).max(MOST_MODULES)

/**
 * The folders `modules.json` names, the model's own ('') among them. What is wrong with the file is said
 * by whoever reads the model.
 */
export function moduleFolders(modulesJson: string | undefined): readonly string[] {
  const parsed = modulesSchema.safeParse(parsedJson(modulesJson))
  const paths = parsed.success ? parsed.data.map(({ path }) => path.replace(/\/+$/, '')) : []
  return [...new Set(['', ...paths])]
}

function parsedJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parseJson(text)
  } catch {
    return undefined
  }
}

/**
 * Of all files of a model those that yuju reads: settings, tokenizer, one set of weights.
 * @throws HubError for one that is too large to be what its name says.
 */
export function neededFiles(files: readonly HubFile[], folders: readonly string[]): HubFile[] {
  return folders.flatMap((folder) => {
    const prefix = folder === '' ? '' : `${folder}/`
    const inside = files
      .filter(({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'))
      .map((file) => ({ file, name: file.path.slice(prefix.length) }))
    const set = WEIGHT_SETS.find((pattern) => inside.some(({ name }) => pattern.test(name)))
    const small = inside.filter(({ name }) => SMALL_FILES.includes(name))
    for (const { file } of small) requireSmall(file)
    return [...small, ...inside.filter(({ name }) => set?.test(name))].map(({ file }) => file)
  })
}

export function requireSmall({ path, size }: HubFile): void {
  if (size <= LARGEST_VOCABULARY) return
  throw new HubError(
    'hub-file-too-large',
    `the hub says that ${path} has ${size} bytes; files of its kind have ${LARGEST_VOCABULARY} at most`,
    { facts: { path, size, largest: LARGEST_VOCABULARY } },
  )
}

/** @throws HubError for a path that would lead out of the cache folder. */
export function requireSafePath(path: string): void {
  const parts = path.split('/')
  const unsafe = parts.some((part) => part === '' || part === '.' || part === '..')
  if (!unsafe && !path.includes('\\') && !/^[a-z]:/i.test(path)) return
  throw new HubError('hub-path', `the hub names a file ${path}, which would leave the cache`, {
    facts: { path },
  })
}
