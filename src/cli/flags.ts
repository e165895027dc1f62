import { OUTPUT_TYPES, TRUNCATION_POLICIES } from '../encoder/constants.ts'
import { PRECISIONS } from '../precision/constants.ts'
import { BACKENDS } from '../runtime/constants.ts'

/** What a flag may be. A copy, as citty asks for a list that can be changed. */
export function choices<const Choice extends string>(of: readonly Choice[]): Choice[] {
  return [...of]
}

export const JSON_FLAG = {
  json: { type: 'boolean', description: 'Print JSON for programs, and nothing else on stdout' },
} as const

/** A model as an argument. */
export const MODEL_ARGUMENT = {
  model: {
    type: 'positional',
    required: true,
    description: 'A model folder, or owner/name on the hub',
  },
} as const

/** One model or more as arguments. */
export const MODELS_ARGUMENT = {
  'model…': {
    type: 'positional',
    required: true,
    description: 'Model folders, or owner/name on the hub',
  },
} as const

/** How a model that is not a folder here is fetched. A token is taken from HF_TOKEN only. */
export const HUB_FLAGS = {
  revision: {
    type: 'string',
    valueHint: 'name',
    description: 'Branch, tag or commit on the hub (default: main)',
  },
  'cache-dir': {
    type: 'string',
    valueHint: 'folder',
    description: 'Where downloads are kept (default: the cache of Hugging Face’s tools)',
  },
  offline: { type: 'boolean', description: 'Use only what was downloaded before' },
  endpoint: {
    type: 'string',
    valueHint: 'url',
    description: 'A mirror of the hub (default: HF_ENDPOINT, else huggingface.co)',
  },
} as const

/** What runs models, and how they are fetched. */
export const RUN_FLAGS = {
  threads: {
    type: 'string',
    valueHint: 'n',
    description: 'Threads that compute (default: the physical cores)',
  },
  backend: {
    type: 'enum',
    options: choices(BACKENDS),
    description: 'The runtime (default: native where it is installed)',
  },
  ...HUB_FLAGS,
} as const

/** Beside RUN_FLAGS, where the name is free. */
export const PRECISION_FLAG = {
  precision: {
    type: 'enum',
    options: choices(PRECISIONS),
    description: 'Compute in float32 or in 8 bits (default: as the folder says, see yuju quantize)',
  },
} as const

/** Which model, and what runs it. */
export const MODEL_FLAGS = {
  model: {
    type: 'string',
    valueHint: 'folder|owner/name',
    description:
      'A model folder, or a model on the hub (default: YUJU_MODEL, else the bundled one)',
  },
  ...RUN_FLAGS,
} as const

/** How texts are turned into tokens. */
export const TEXT_FLAGS = {
  prompt: { type: 'string', valueHint: 'text', description: 'Put this before every text' },
  'prompt-name': {
    type: 'string',
    valueHint: 'name',
    description: "Put the model's prompt of this name before every text",
  },
  'max-length': {
    type: 'string',
    valueHint: 'n',
    description: "Tokens a text may have (default, and at most: the model's limit)",
  },
} as const

/** What happens to a text that is longer than the limit. */
export const TRUNCATE_FLAG = {
  truncate: {
    type: 'enum',
    options: choices(TRUNCATION_POLICIES),
    default: 'warn',
    description: 'What happens when a text is longer than the limit and is truncated',
  },
} as const

/** How vectors come out. */
export const VECTOR_FLAGS = {
  normalize: { type: 'boolean', description: 'Scale every vector to length 1' },
  type: {
    type: 'enum',
    options: choices(OUTPUT_TYPES),
    default: 'float32',
    description: 'Data type of the vectors',
  },
  dimensions: {
    type: 'string',
    valueHint: 'n',
    description: 'Keep only the first n dimensions (for models trained for it)',
  },
  'batch-size': {
    type: 'string',
    valueHint: 'n',
    description: 'Texts computed together, at most (default: chosen automatically)',
  },
} as const
